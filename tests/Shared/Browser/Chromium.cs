using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ahoi.Tests.Shared.Browser;

/// <summary>Debian's Chromium without a window, one for all tests that want one.</summary>
public sealed partial class Chromium : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _profile = Directory.CreateTempSubdirectory("ahoi-chromium-").FullName;
    private Process? _process;
    private DevTools? _tools;

    public async ValueTask InitializeAsync()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').SelectMany(f => new[] { Path.Combine(f, "chromium"), Path.Combine(f, "chromium-browser") }).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "chromium is not installed (Debian package chromium); ./ahoi test installs it.");
        // Everything of it goes with the folder.
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardInput = true, Environment = { ["TMPDIR"] = _profile } };
        foreach (var argument in (string[])
            [
                "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={_profile}", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
                "--hide-scrollbars", "--force-color-profile=srgb", "about:blank",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && Listening().Match(text) is { Success: true } match)
            {
                address.TrySetResult(new(match.Groups[1].Value));
            }
        };
        _process.BeginErrorReadLine();
        _tools = await DevTools.ConnectAsync(await address.Task.WaitAsync(Limit));
    }

    /// <summary>Opens a page of its own, with storage of its own.</summary>
    internal async Task<BrowserPage> OpenAsync(int width = 1440, int height = 900, bool dark = false, bool calm = false)
    {
        var context = (await _tools!.SendAsync("Target.createBrowserContext", new() { ["disposeOnDetach"] = true })).Text("browserContextId");
        var target = (await _tools.SendAsync("Target.createTarget", new() { ["url"] = "about:blank", ["browserContextId"] = context, ["width"] = (long)width, ["height"] = (long)height })).Text("targetId");
        var session = (await _tools.SendAsync("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true })).Text("sessionId")!;
        var page = new BrowserPage(_tools, session, context!);
        await page.PrepareAsync(width, height, dark, calm);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_tools is not null)
        {
            await _tools.DisposeAsync();
        }

        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser is still writing there; the folder is temporary.
        }
    }

    [GeneratedRegex(@"DevTools listening on (ws://\S+)")]
    private static partial Regex Listening();
}
