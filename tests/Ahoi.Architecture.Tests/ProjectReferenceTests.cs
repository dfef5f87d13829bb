using System.Xml.Linq;

namespace Ahoi.Architecture.Tests;

public sealed class ProjectReferenceTests
{
    // Arrows point from the user to the used. A new arrow is a line here and a decision record.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Ahoi.Api"] = [],
        ["Ahoi.Cel"] = ["Ahoi.Api"],
        ["Ahoi.Client"] = ["Ahoi.Api"],
        ["Ahoi.Models"] = ["Ahoi.Api", "Ahoi.Client"],
        ["Ahoi.Framework"] = ["Ahoi.Api", "Ahoi.Client"],
        ["Ahoi.Framework.Observability"] = ["Ahoi.Api", "Ahoi.Framework"],
        ["Ahoi.Dashboard"] = ["Ahoi.Api", "Ahoi.Client"],
        ["Ahoi.ControlPlane.Storage"] = [],
        ["Ahoi.ControlPlane.ApiServer"] = ["Ahoi.Api", "Ahoi.Cel", "Ahoi.ControlPlane.Storage"],
        ["Ahoi.ControlPlane.Controllers"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Models"],
        ["Ahoi.ControlPlane.Node"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Models"],
        ["Ahoi.ControlPlane"] =
        [
            "Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.ControlPlane.Storage", "Ahoi.ControlPlane.ApiServer",
            "Ahoi.ControlPlane.Controllers", "Ahoi.ControlPlane.Node",
        ],
        ["Ahoi.Testing"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.ControlPlane"],
        ["Ahoi.Cli"] =
        [
            "Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Framework.Observability", "Ahoi.ControlPlane", "Ahoi.ControlPlane.Node",
            "Ahoi.Dashboard", "Ahoi.Operators", "Ahoi.Tenancy", "Ahoi.Pools", "Ahoi.Pools.Agent", "Ahoi.Previews", "Workflow",
        ],
        ["Ahoi.Tenancy"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Models"],
        ["Ahoi.Pools"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Models"],
        ["Ahoi.Pools.Agent"] = ["Ahoi.Api", "Ahoi.Client"],
        ["Ahoi.Previews"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Models"],
        ["Ahoi.Operators"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Framework.Observability", "Ahoi.Tenancy", "Ahoi.Pools", "Ahoi.Previews"],
        ["Ahoi.Host"] = ["Ahoi.Api", "Ahoi.Client", "Ahoi.Framework", "Ahoi.Framework.Observability", "Ahoi.Operators"],
    };

    [Fact]
    public void Projects_EveryReference_IsAnAllowedArrow()
    {
        var forbidden = RepoFiles.Find("src", "*.csproj").Concat(RepoFiles.Find("operators", "*.csproj"))
            .SelectMany(project => References(project).Select(used => (User: Name(project), Used: used)))
            .Where(arrow => !Allowed.TryGetValue(arrow.User, out var allowed) || !allowed.Contains(arrow.Used))
            .Select(arrow => $"{arrow.User} -> {arrow.Used}");

        Assert.Empty(forbidden);
    }

    [Fact]
    public void Projects_Packages_NameNoVersion()
    {
        var named = RepoFiles.Find("", "*.csproj")
            .Where(p => !p.Contains("/artifacts/", StringComparison.Ordinal))
            .Where(p => XDocument.Load(p).Descendants("PackageReference").Any(r => r.Attribute("Version") is not null));

        Assert.Empty(named);
    }

    [Fact]
    public void OfficialClient_IsReferencedByModelsAlone()
    {
        var users = RepoFiles.Find("src", "*.csproj").Concat(RepoFiles.Find("operators", "*.csproj"))
            .Where(p => XDocument.Load(p).Descendants("PackageReference").Any(r => (string?)r.Attribute("Include") == "KubernetesClient"))
            .Select(Name);

        Assert.Equal(["Ahoi.Models"], users);
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference").Select(r => Name((string)r.Attribute("Include")!));

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project);
}
