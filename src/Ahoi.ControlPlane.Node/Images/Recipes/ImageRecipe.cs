using System.Text.RegularExpressions;

namespace Ahoi.ControlPlane.Node.Images.Recipes;

/// <summary>How an image is made of Debian packages.</summary>
public sealed partial record ImageRecipe
{
    /// <summary>Gets the mirror that packages come from where a recipe names no other.</summary>
    public const string DefaultMirror = "http://deb.debian.org/debian";

    /// <summary>Gets the recipe's name, as in <c>postgres:17</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what it makes, in a line.</summary>
    public string Description { get; init; } = "";

    /// <summary>Gets the release of Debian, as in <c>trixie</c>.</summary>
    public required string Suite { get; init; }

    /// <summary>Gets the packages besides the essential ones.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Gets the mirror.</summary>
    /// <value>The default is <see cref="DefaultMirror"/>.</value>
    public string Mirror { get; init; } = DefaultMirror;

    /// <summary>Gets the patterns of files that packages do not install, as dpkg's <c>path-exclude</c> has them.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Gets the folders and files that are thrown away in the end, such as what packages make when they are
    /// installed.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>Gets files to add, by their paths; scripts, which begin with <c>#!</c>, can be executed.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets users and groups that get another number than packages gave them.</summary>
    public IReadOnlyDictionary<string, int> Accounts { get; init; } = new Dictionary<string, int>();

    /// <summary>Gets how the image is run.</summary>
    public ImageConfig Config { get; init; } = new();

    /// <summary>Checks that it can be built.</summary>
    /// <exception cref="ImageStoreException">It cannot; the message has everything that is wrong.</exception>
    internal void Check()
    {
        List<string> faults =
        [
            .. SuitePattern().IsMatch(Suite) ? [] : new[] { $"'{Suite}' is no Debian release, as trixie is" },
            .. Packages.Where(p => !PackagePattern().IsMatch(p)).Select(p => $"'{p}' is no name of a Debian package"),
            .. Uri.TryCreate(Mirror, UriKind.Absolute, out var mirror) && mirror.Scheme is "http" or "https" or "file" && !Mirror.Contains(' ', StringComparison.Ordinal)
                ? [] : new[] { $"'{Mirror}' is no mirror, as {DefaultMirror} is" },
        ];
        if (faults.Count > 0)
        {
            throw new ImageStoreException($"{Name} cannot be built: {string.Join("; ", faults)}.");
        }
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9.-]*\z")]
    private static partial Regex SuitePattern();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]+(?:=[A-Za-z0-9.+:~-]+)?\z")]
    private static partial Regex PackagePattern();
}
