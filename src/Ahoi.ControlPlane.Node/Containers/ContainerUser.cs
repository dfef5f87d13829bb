using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>As whom a container runs, as it sees it.</summary>
internal sealed record ContainerUser(uint User, uint Group, string Home)
{
    private const string Fault = "CreateContainerConfigError";

    /// <summary>Finds out as whom a container runs: as its security context says, the pod's, the image.</summary>
    /// <exception cref="ContainerFaultException">The image's user is unknown, or is root although it must not be.</exception>
    public static ContainerUser Of(JsonMap podSpec, JsonMap container, Image image)
    {
        var contexts = new[] { container.Map("securityContext"), podSpec.Map("securityContext") };
        var accounts = Accounts(image.RootFolder);
        uint user;
        uint? group = null;
        if (First(contexts, "runAsUser") is { } given)
        {
            user = (uint)given;
        }
        else if (image.RootFolder == "/" && image.Config.User.Length == 0)
        {
            user = Native.EffectiveUser();
            group = Native.EffectiveGroup();
        }
        else
        {
            (user, group) = ImageUser(image, accounts);
        }

        if (user == 0 && contexts.Select(c => c?.Flag("runAsNonRoot")).FirstOrDefault(f => f is not null) == true)
        {
            throw new ContainerFaultException(
                Fault,
                First(contexts, "runAsUser") is null
                    ? "container has runAsNonRoot and image will run as root"
                    : "container's runAsUser breaks non-root policy");
        }

        var account = accounts.FirstOrDefault(a => a.User == user);
        return new(user, (uint?)First(contexts, "runAsGroup") ?? group ?? account?.Group ?? 0, account?.Home ?? "/");
    }

    private static (uint User, uint? Group) ImageUser(Image image, IReadOnlyList<Account> accounts)
    {
        var parts = image.Config.User.Split(':', 2);
        uint? group = parts.Length == 2
            ? uint.TryParse(parts[1], CultureInfo.InvariantCulture, out var number)
                ? number
                : Groups(image.RootFolder).TryGetValue(parts[1], out var found) ? found : throw Unknown(image, "group " + parts[1])
            : null;
        if (parts[0].Length == 0)
        {
            return (0, group);
        }

        if (uint.TryParse(parts[0], CultureInfo.InvariantCulture, out var user))
        {
            return (user, group);
        }

        var account = accounts.FirstOrDefault(a => a.Name == parts[0]) ?? throw Unknown(image, "user " + parts[0]);
        return (account.User, group ?? account.Group);
    }

    private static ContainerFaultException Unknown(Image image, string what) =>
        new("CreateContainerError", $"unable to find {what}: no matching entries in the image {image.Name}");

    private static long? First(JsonMap?[] contexts, string field) => contexts.Select(c => c?.Integer(field)).FirstOrDefault(v => v is not null);

    private static List<Account> Accounts(string root) =>
    [
        .. Lines(root, "/etc/passwd").Where(p => p.Length >= 6)
            .Select(p => (Fields: p, IsUser: uint.TryParse(p[2], CultureInfo.InvariantCulture, out var user), User: user, IsGroup: uint.TryParse(p[3], CultureInfo.InvariantCulture, out var group), Group: group))
            .Where(p => p.IsUser && p.IsGroup)
            .Select(p => new Account(p.Fields[0], p.User, p.Group, p.Fields[5])),
    ];

    private static Dictionary<string, uint> Groups(string root) => Lines(root, "/etc/group")
        .Where(p => p.Length >= 3 && uint.TryParse(p[2], CultureInfo.InvariantCulture, out _))
        .DistinctBy(p => p[0])
        .ToDictionary(p => p[0], p => uint.Parse(p[2], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static IEnumerable<string[]> Lines(string root, string path)
    {
        var file = ImagePath.OnMachine(root, ImagePath.Resolve(root, path));
        return File.Exists(file) ? File.ReadLines(file).Select(l => l.Split(':')) : [];
    }

    private sealed record Account(string Name, uint User, uint Group, string Home);
}
