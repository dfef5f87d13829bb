using System.Collections.Concurrent;
using Ahoi.Api.Json;

namespace Ahoi.Tests.Shared.Browser;

/// <summary>One page of a browser, with what it asked for and what it complained about.</summary>
internal sealed class BrowserPage(DevTools tools, string session, string context) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What the page's console has that is an error or a warning, and exceptions that nobody caught.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Every URL that was asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async Task PrepareAsync(int width, int height, bool dark, bool calm)
    {
        tools.Listen(session, Hear);
        foreach (var domain in (string[])["Page", "Runtime", "Network", "Log"])
        {
            await SendAsync($"{domain}.enable");
        }

        await SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = (long)width, ["height"] = (long)height, ["deviceScaleFactor"] = 1L, ["mobile"] = false });
        await SetMediaAsync(dark, calm);
    }

    public Task SetMediaAsync(bool dark, bool calm) => SendAsync("Emulation.setEmulatedMedia", new()
    {
        ["features"] = new JsonList(
        [
            new JsonMap { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" },
            new JsonMap { ["name"] = "prefers-reduced-motion", ["value"] = calm ? "reduce" : "no-preference" },
        ]),
    });

    public Task NavigateAsync(Uri url) => SendAsync("Page.navigate", new() { ["url"] = url.AbsoluteUri });

    /// <summary>Runs an expression in the page, and waits for it where it is a promise.</summary>
    public async Task<object?> EvaluateAsync(string expression)
    {
        var result = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        return result.Map("exceptionDetails") is { } failure ? throw new InvalidOperationException($"{expression}: {failure}") : result.Map("result")?["value"];
    }

    public async Task<string> TextAsync(string selector) => (string?)await EvaluateAsync($"document.querySelector({Quote(selector)})?.innerText ?? ''") ?? "";

    /// <summary>Waits until an expression is true of the page.</summary>
    public async Task UntilAsync(string expression)
    {
        // The page itself looks with every frame; from here there is one request.
        var script = $$"""
            new Promise(done => {
              const until = performance.now() + {{Limit.TotalMilliseconds - 10000}};
              const look = () => { let holds = false; try { holds = {{expression}}; } catch { } if (holds) done(true); else if (performance.now() > until) done(false); else setTimeout(look, 20); };
              look();
            })
            """;
        if (await EvaluateAsync(script) is not true)
        {
            Assert.Fail($"It did not become true: {expression}\nComplaints: {string.Join("\n", Complaints)}\nBanner: {await TextAsync("#banner")}\nThe tree: {(await TextAsync("#tree")).ReplaceLineEndings(" ")}\nThe panel: {(await TextAsync("#panel")).ReplaceLineEndings(" ")}");
        }
    }

    public Task SeeAsync(string text) => UntilAsync($"document.body.innerText.includes({Quote(text)})");

    public async Task ClickAsync(string selector)
    {
        await UntilAsync($"document.querySelector({Quote(selector)})?.getBoundingClientRect().width > 0");
        var at = (JsonMap)(await EvaluateAsync($"(() => {{ const e = document.querySelector({Quote(selector)}); e.scrollIntoView({{ block: 'nearest' }}); const r = e.getBoundingClientRect(); return {{ x: Math.round(r.x + r.width / 2), y: Math.round(r.y + r.height / 2) }}; }})()"))!;
        foreach (var type in (string[])["mousePressed", "mouseReleased"])
        {
            await SendAsync("Input.dispatchMouseEvent", new() { ["type"] = type, ["x"] = at["x"], ["y"] = at["y"], ["button"] = "left", ["clickCount"] = 1L });
        }
    }

    public async Task PressAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            var (name, code) = key switch
            {
                "Down" => ("ArrowDown", 40L),
                "Up" => ("ArrowUp", 38L),
                "Left" => ("ArrowLeft", 37L),
                "Right" => ("ArrowRight", 39L),
                "Enter" => ("Enter", 13L),
                "Escape" => ("Escape", 27L),
                "Tab" => ("Tab", 9L),
                "Home" => ("Home", 36L),
                "End" => ("End", 35L),
                _ => (key, 0L),
            };
            var press = new JsonMap { ["type"] = "keyDown", ["key"] = name, ["code"] = name, ["windowsVirtualKeyCode"] = code };
            if (key.Length == 1)
            {
                press["text"] = key;
            }
            else if (key == "Enter")
            {
                press["text"] = "\r";
            }

            await SendAsync("Input.dispatchKeyEvent", press);
            await SendAsync("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = name, ["code"] = name, ["windowsVirtualKeyCode"] = code });
        }
    }

    public Task TypeAsync(string text) => SendAsync("Input.insertText", new() { ["text"] = text });

    /// <summary>Keeps a picture for people, where <c>AHOI_SCREENSHOTS</c> names a folder; returns its size in bytes.</summary>
    public async Task<int> PhotographAsync(string name)
    {
        var picture = Convert.FromBase64String((await SendAsync("Page.captureScreenshot", new() { ["format"] = "png" })).Text("data")!);
        if (Environment.GetEnvironmentVariable("AHOI_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}.png"), picture);
        }

        return picture.Length;
    }

    public async ValueTask DisposeAsync() => await tools.SendAsync("Target.disposeBrowserContext", new() { ["browserContextId"] = context });

    public static string Quote(string text) => JsonTree.ToText(text);

    private Task<JsonMap> SendAsync(string method, JsonMap? parameters = null) => tools.SendAsync(method, parameters, session);

    private void Hear(string method, JsonMap parameters)
    {
        switch (method)
        {
            case "Runtime.exceptionThrown":
                Complaints.Enqueue(parameters.Map("exceptionDetails")?.ToString() ?? method);
                break;
            case "Runtime.consoleAPICalled" when parameters.Text("type") is "error" or "warning" or "assert":
                Complaints.Enqueue(parameters.List("args")?.ToString() ?? method);
                break;
            case "Log.entryAdded" when parameters.Map("entry") is { } entry && entry.Text("level") is "error" or "warning":
                Complaints.Enqueue(parameters.Map("entry")!.ToString());
                break;
            case "Network.requestWillBeSent":
                Requests.Enqueue(parameters.Map("request")?.Text("url") ?? "");
                break;
            case "Network.webSocketCreated":
                Requests.Enqueue(parameters.Text("url") ?? "");
                break;
        }
    }
}
