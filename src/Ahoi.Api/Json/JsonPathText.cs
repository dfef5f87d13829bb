using System.Globalization;
using System.Text;

namespace Ahoi.Api.Json;

/// <summary>Spells places in JSON: <c>spec.ports[0].name</c>. A name that is longer than any real one is cut.</summary>
public static class JsonPathText
{
    private const int LongestName = 512;

    /// <summary>Appends one step.</summary>
    /// <param name="path">The path so far.</param>
    /// <param name="segment">A key, or the index of an item.</param>
    public static void Append(StringBuilder path, object segment)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (segment is int index)
        {
            path.Append(CultureInfo.InvariantCulture, $"[{index}]");
            return;
        }

        if (path.Length > 0)
        {
            path.Append('.');
        }

        path.Append(Cut((string)segment));
    }

    /// <summary>Gets a name, cut where it is longer than any real one.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name or its beginning.</returns>
    public static string Cut(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length <= LongestName ? name : name[..LongestName] + "...";
    }
}
