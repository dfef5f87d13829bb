using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network;

/// <summary>Reads lists of objects of which most have not changed since the last time: those are not parsed again.</summary>
/// <typeparam name="T">What is read from an object.</typeparam>
/// <param name="read">Reads one; <see langword="null"/> for one that is of no interest.</param>
internal sealed class ParsedObjects<T>(Func<RawObject, T?> read)
    where T : class
{
    private Dictionary<string, (string Version, T? Value)> _known = new(StringComparer.Ordinal);

    /// <summary>Reads the objects of a list, in its order. Not for use by several threads at once.</summary>
    public IReadOnlyList<T> Read(IReadOnlyList<RawObject> objects)
    {
        var known = new Dictionary<string, (string Version, T? Value)>(objects.Count, StringComparer.Ordinal);
        var values = new List<T>(objects.Count);
        foreach (var item in objects)
        {
            var value = _known.TryGetValue(item.Uid, out var before) && before.Version == item.ResourceVersion ? before.Value : read(item);
            known[item.Uid] = (item.ResourceVersion, value);
            if (value is not null)
            {
                values.Add(value);
            }
        }

        _known = known;
        return values;
    }
}
