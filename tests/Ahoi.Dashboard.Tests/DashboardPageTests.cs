using System.Net;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;
using Ahoi.Dashboard.Tests.Browser;
using Ahoi.Tests.Shared.Browser;

namespace Ahoi.Dashboard.Tests;

public sealed class DashboardPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Aurora = "[role=treeitem][aria-label^='Ship aurora']";

    [Fact]
    public async Task Page_ObjectsHangFromTheirOwners_AndChangesComeWithoutReload()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);
        await page.EvaluateAsync("window.stayed = true");

        Assert.Equal("1", await page.EvaluateAsync($"document.querySelector(\"{Aurora}\").ariaLevel"));
        Assert.Equal("4", await page.EvaluateAsync("document.querySelector(\"[aria-label^='Pod aurora-bridge-7d4-0']\").ariaLevel"));
        await page.UntilAsync("document.querySelector(\"[aria-label^='Ship boreas']\").ariaLabel.includes('failing, HullFailed')");

        await world.ReportAsync(DashboardWorld.Ships, "boreas", """{"phase":"Sailing","conditions":[{"type":"Ready","status":"True","reason":"Repaired","lastTransitionTime":"2026-01-05T10:00:00Z"}]}""");
        await page.UntilAsync("document.querySelector(\"[aria-label^='Ship boreas']\").ariaLabel.includes('ready, Sailing')");
        var delta = await world.CreateShipAsync("delta");
        await page.UntilAsync("document.querySelector(\"[aria-label^='Ship delta']\")");
        await world.CreatePodAsync("delta-0", delta);
        await page.UntilAsync("document.querySelector(\"[aria-label^='Pod delta-0']\")?.ariaLevel === '2'");
        await world.Client.DeleteAsync(DashboardWorld.Pods, new("fleet", "delta-0"));
        await page.UntilAsync("!document.querySelector(\"[aria-label^='Pod delta-0']\")");

        Assert.Equal(true, await page.EvaluateAsync("window.stayed"));
        await page.PhotographAsync("tree-light");
        AssertQuiet(world, page);
    }

    [Fact]
    public async Task Page_ManyChildren_AreOneGroupThatOpens()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);

        await page.UntilAsync("document.querySelector(\"[aria-label^='12 Pods: 12 ready']\").ariaExpanded === 'false'");
        await page.ClickAsync("[aria-label^='12 Pods']");

        await page.UntilAsync("document.querySelectorAll(\"[aria-label^='Pod calypso-deck']\").length === 12");
        AssertQuiet(world, page);
    }

    [Fact]
    public async Task Detail_ShowsFiguresConditionsEventsSourceAndLinks()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);

        await page.ClickAsync($"{Aurora} .name");
        await page.SeeAsync("All 3 of 3 children are ready");
        await page.UntilAsync("document.querySelector('.links-list a')?.href === 'https://aurora.fleet.example.com/'");
        await page.UntilAsync("[...document.querySelectorAll('.figure')].some(f => f.innerText.includes('Crew') && f.innerText.includes('24'))");
        await page.UntilAsync("[...document.querySelectorAll('.figure')].some(f => f.innerText.includes('Cargo containers') && f.innerText.includes('120'))");
        await page.PhotographAsync("detail-light");

        await page.ClickAsync("#tab-events");
        await page.SeeAsync("Left Hamburg with 24 on board");
        await page.ClickAsync("#tab-source");
        await page.SeeAsync("apiVersion: fleet.example.com/v1");
        await page.SeeAsync("port: Hamburg");
        await page.PhotographAsync("source-light");

        await world.Client.PatchAsync(DashboardWorld.Ships, new("fleet", "aurora"), Patch.Merge(DashboardWorld.Parse("""{"spec":{"port":"Kiel"}}""")));
        await page.SeeAsync("port: Kiel");
        await world.Client.DeleteAsync(DashboardWorld.Ships, new("fleet", "aurora"));
        await page.UntilAsync("document.querySelector('.panel-state').textContent === 'Deleted'");
    }

    [Fact]
    public async Task Detail_OfASecret_ShowsItsValuesOnlyWhenAsked()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);

        await page.ClickAsync("[aria-label^='Secret aurora-codes'] .name");
        await page.ClickAsync("#tab-source");
        await page.SeeAsync("launch: hidden (20 characters)");
        Assert.DoesNotContain("Y29ycmVjdC1ob3JzZQ", await page.TextAsync("body"), StringComparison.Ordinal);
        await page.EvaluateAsync("[...document.querySelectorAll('#panel-body button')].find(b => b.textContent === 'Show values')?.click()");

        await page.SeeAsync("Y29ycmVjdC1ob3JzZQ");
    }

    [Fact]
    public async Task Logs_OfAPod_AreFollowed()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);
        await world.Link.LogOf("engine").Writer.WriteAsync("cast off");

        await page.ClickAsync("[aria-label^='Pod aurora-bridge-7d4-0'] .name");
        await page.ClickAsync("#tab-logs");
        await page.UntilAsync("document.querySelector('.log').textContent.includes('cast off')");
        await world.Link.LogOf("engine").Writer.WriteAsync("<b>full speed</b> ahead");

        await page.UntilAsync("document.querySelector('.log').textContent.includes('<b>full speed</b> ahead')");
        await page.PhotographAsync("logs-light");
        await page.EvaluateAsync("(s => { s.value = 'radio'; s.dispatchEvent(new Event('change')); })(document.querySelector('[aria-label=Container]'))");
        await world.Link.LogOf("radio").Writer.WriteAsync("mayday");
        await page.UntilAsync("document.querySelector('.log').textContent.includes('mayday')");
        Assert.Contains(world.Link.Requests, r => r.Contains("/pods/aurora-bridge-7d4-0/log?container=radio&", StringComparison.Ordinal) && r.Contains("follow=true", StringComparison.Ordinal));
        AssertQuiet(world, page);
    }

    [Fact]
    public async Task Keyboard_WalksOpensAndCloses()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);
        const string Focused = "document.activeElement.ariaLabel";

        await page.PressAsync("/");
        await page.UntilAsync("document.activeElement.id === 'search'");
        await page.TypeAsync("boreas-engine-7d4-1");
        await page.UntilAsync("document.querySelectorAll('[role=treeitem]').length === 4");
        await page.PressAsync("Escape");
        await page.UntilAsync("document.querySelectorAll('[role=treeitem]').length > 10");
        await page.PressAsync("Home");
        await page.UntilAsync($"{Focused}.startsWith('Ship aurora')");
        await page.PressAsync("Right");
        await page.UntilAsync($"{Focused}.startsWith('Deployment aurora-bridge')");
        await page.PressAsync("Left", "Down");
        await page.UntilAsync($"{Focused}.startsWith('Ingress aurora')");
        await page.PressAsync("Left");
        await page.UntilAsync($"{Focused}.startsWith('Ship aurora')");
        await page.PressAsync("Left");
        await page.UntilAsync($"document.activeElement.ariaExpanded === 'false' && {Focused}.startsWith('Ship aurora')");
        await page.PressAsync("Down");
        await page.UntilAsync($"{Focused}.startsWith('Ship boreas')");
        await page.PressAsync("Left");
        await page.UntilAsync($"{Focused}.endsWith('owns 1, 2 failing below')");
        await page.PhotographAsync("closed-light");
        await page.PressAsync("Right");
        await page.UntilAsync($"{Focused}.endsWith('owns 1')");
        await page.PressAsync("Enter");
        await page.UntilAsync("document.querySelector('#panel-name')?.textContent === 'boreas'");
        await page.PressAsync("End");
        await page.UntilAsync($"{Focused}.includes('calypso')");
        await page.PressAsync("Escape");
        await page.UntilAsync($"document.querySelector('#panel').hidden && {Focused}.startsWith('Ship boreas')");

        Assert.Equal(1L, await page.EvaluateAsync("document.querySelectorAll('[role=treeitem][tabindex=\"0\"]').length"));
        Assert.Equal(0L, await page.EvaluateAsync("[...document.querySelectorAll('button, a, input, select')].filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).length"));
        AssertQuiet(world, page);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Colours_EveryTextCanBeRead(bool dark)
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world, dark, calm: true);

        await page.ClickAsync("[aria-label^='Ship boreas'] .name");
        await page.SeeAsync("2 of 3 pods crash");
        Assert.Equal(dark ? "rgb(12, 18, 25)" : "rgb(243, 245, 248)", await page.EvaluateAsync("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(await Contrast.FindPoorAsync(page));
        await page.PhotographAsync($"failing-{(dark ? "dark" : "light")}");
        await page.ClickAsync("#tab-source");
        await page.SeeAsync("apiVersion");
        Assert.Empty(await Contrast.FindPoorAsync(page));

        // And whoever wants the other colours has them.
        await page.ClickAsync("#theme");
        await page.ClickAsync("#theme");
        await page.UntilAsync("document.documentElement.dataset.theme === 'dark'");
        Assert.Empty(await Contrast.FindPoorAsync(page));
        Assert.Equal("none", await page.EvaluateAsync("getComputedStyle(document.querySelector('.live-dot')).animationName"));
    }

    [Fact]
    public async Task ApiServer_GoneForAWhile_IsSaidAndCaughtUpWith()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);
        var asked = world.Link.Requests.Count(r => r.Contains("/ships?limit", StringComparison.Ordinal));

        world.Link.Cut();
        await page.SeeAsync("The API server does not answer");
        await page.SeeAsync("Not connected");
        await page.PhotographAsync("gone-light");
        Assert.Contains("aurora", await page.TextAsync("#tree"), StringComparison.Ordinal);
        await world.CreateShipAsync("echo");
        world.Link.Mend();

        await page.UntilAsync("document.querySelector(\"[aria-label^='Ship echo']\")");
        await page.UntilAsync("document.querySelector('#banner').hidden && document.querySelector('#live').dataset.state === 'live'");
        // It went on from where it was: nothing was listed anew.
        Assert.Equal(asked, world.Link.Requests.Count(r => r.Contains("/ships?limit", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Watch_WhosePastIsForgotten_IsListedAnew()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);

        world.Link.Forgets = true;
        world.Link.Cut();
        await page.SeeAsync("Not connected");
        await world.Client.DeleteAsync(DashboardWorld.Ships, new("fleet", "calypso"));
        world.Link.Mend();
        await page.UntilAsync("!document.querySelector(\"[aria-label^='Ship calypso']\")");
        world.Link.Forgets = false;

        await world.CreateShipAsync("foxtrot");
        await page.UntilAsync("document.querySelector(\"[aria-label^='Ship foxtrot']\")");
    }

    [Fact]
    public async Task Kind_DefinedWhileOneLooks_Appears()
    {
        await using var world = await DashboardWorld.StartAsync();
        await using var page = await OpenAsync(world);
        await page.SeeAsync("Nothing is owned here yet");

        await world.DefineShipsAsync();
        await world.CreateShipAsync("aurora");

        await page.UntilAsync($"document.querySelector(\"{Aurora}\")");
        AssertQuiet(world, page);
    }

    [Fact]
    public async Task Kind_ThatTheUserMayNotList_IsNamed()
    {
        await using var world = await DashboardWorld.StartAsync();
        world.Link.Forbidden = "/secrets?";
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);

        await page.SeeAsync("Not shown, because your user may not list them: secrets.");
        Assert.Contains("aurora", await page.TextAsync("#tree"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_ShowWhatFitsAndTheWayToIt()
    {
        await using var world = await DashboardWorld.StartAsync();
        await Fleet.MakeAsync(world);
        await using var page = await OpenAsync(world);

        await page.ClickAsync(".chip[data-level=bad]");
        await page.UntilAsync("document.querySelector('#count').textContent.startsWith('3 of ')");
        await page.UntilAsync("!document.querySelector(\"[aria-label^='Ship aurora']\") && document.querySelector(\"[aria-label^='Pod boreas-engine-7d4-2']\")");
        await page.ClickAsync(".chip[data-level=bad]");
        await page.EvaluateAsync("(s => { s.value = 'services.'; s.dispatchEvent(new Event('change')); })(document.querySelector('#kind'))");
        await page.UntilAsync("document.querySelectorAll('[role=treeitem]').length === 2");
        await page.EvaluateAsync("(s => { s.value = ''; s.dispatchEvent(new Event('change')); })(document.querySelector('#kind'))");
        await page.EvaluateAsync("(s => { s.value = 'line=north'; s.dispatchEvent(new Event('input')); })(document.querySelector('#search'))");
        await page.UntilAsync("document.querySelector('#count').textContent.startsWith('3 of ')");
        await page.EvaluateAsync("(s => { s.value = 'nowhere'; s.dispatchEvent(new Event('input')); })(document.querySelector('#search'))");
        await page.SeeAsync("Nothing fits");
        AssertQuiet(world, page);
    }

    [Fact]
    public async Task Page_WithoutItsToken_SaysHowToOpenIt()
    {
        await using var world = await DashboardWorld.StartAsync();
        await using var page = await chromium.OpenAsync();

        await page.NavigateAsync(world.Dashboard.Address);
        await page.SeeAsync("Open the dashboard by its whole URL");
        Assert.Empty(world.Link.Requests);
        await page.NavigateAsync(world.Dashboard.Url);
        await page.EvaluateAsync("location.reload()");
        await page.SeeAsync("Live");

        // The address bar, and with it the history and every screen that is shared, keeps no token; the tab does.
        Assert.Equal(world.Dashboard.Address.ToString(), await page.EvaluateAsync("location.href"));
    }

    [Fact]
    public async Task Page_OfAKubeconfigsCluster_IsLiveOverTls()
    {
        var kubeconfig = Path.Combine(Directory.CreateTempSubdirectory("ahoi-dashboard-").FullName, "kubeconfig");
        await using var cluster = await LocalCluster.StartAsync(new() { Listen = new(IPAddress.Loopback, 0), KubeconfigFile = kubeconfig }, TestContext.Current.CancellationToken);
        await using var dashboard = await DashboardServer.StartAsync(ApiConnection.FromKubeconfig(kubeconfig));
        using var client = new ApiClient(cluster.Connect());
        await using var page = await chromium.OpenAsync();
        await page.NavigateAsync(dashboard.Url);
        await page.SeeAsync("Live");
        await page.SeeAsync(cluster.Url!.GetLeftPart(UriPartial.Authority));

        await client.CreateAsync(DashboardWorld.Accounts, "default", DashboardWorld.Parse("""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}"""));
        await client.CreateAsync(DashboardWorld.Pods, "default", DashboardWorld.Parse("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"buoy"},"spec":{"containers":[{"name":"a","image":"host"}]}}"""));

        await page.UntilAsync("document.querySelector(\"[aria-label^='Pod buoy']\")");
        Assert.Empty(page.Complaints);
        Directory.Delete(Path.GetDirectoryName(kubeconfig)!, recursive: true);
    }

    [Fact]
    public async Task Page_TwoThousandObjects_DrawsWhatIsSeen()
    {
        await using var world = await DashboardWorld.StartAsync();
        await world.DefineShipsAsync();
        for (var i = 0; i < 40; i++)
        {
            var ship = await world.CreateShipAsync($"ship-{i:00}");
            await Task.WhenAll(Enumerable.Range(0, 49).Select(n => world.CreatePodAsync($"ship-{i:00}-{n:00}", ship)));
        }

        await using var page = await OpenAsync(world);
        await page.SeeAsync("2000 objects");
        await page.ClickAsync("#expand");
        await page.UntilAsync("document.querySelector('#sheet').offsetHeight > 1900 * 50");
        Assert.InRange((long)(await page.EvaluateAsync("document.querySelectorAll('[role=treeitem]').length"))!, 10, 150);

        await page.EvaluateAsync("document.querySelector('#canvas').scrollTop = 1e9");
        await page.UntilAsync("document.querySelector(\"[aria-label^='Pod ship-39-48']\")");
        await page.PhotographAsync("many-light");
        await page.EvaluateAsync("(s => { s.value = 'ship-17-33'; s.dispatchEvent(new Event('input')); })(document.querySelector('#search'))");
        await page.SeeAsync("1 of 2000 objects");
        await page.UntilAsync("document.querySelector(\"[aria-label^='Ship ship-17']\")");
        AssertQuiet(world, page);
    }

    private async Task<BrowserPage> OpenAsync(DashboardWorld world, bool dark = false, bool calm = false)
    {
        var page = await chromium.OpenAsync(dark: dark, calm: calm);
        await page.NavigateAsync(world.Dashboard.Url);
        await page.SeeAsync("Live");
        return page;
    }

    /// <summary>The page complained of nothing, and asked nobody but its own address.</summary>
    private static void AssertQuiet(DashboardWorld world, BrowserPage page)
    {
        Assert.Empty(page.Complaints);
        Assert.NotEmpty(page.Requests);
        Assert.All(page.Requests, r => Assert.Equal(world.Dashboard.Address.Authority, new Uri(r).Authority));
        Assert.All(world.Link.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
    }
}
