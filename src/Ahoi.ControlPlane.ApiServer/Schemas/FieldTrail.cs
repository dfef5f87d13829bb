using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>Where a walk through an object stands; text is made of it only when somebody must be told.</summary>
internal sealed class FieldTrail
{
    // Kubernetes stops at a hundred, too.
    private const int MaxNoted = 100;

    private object[] _segments = new object[16];
    private int _depth;

    /// <summary>Goes into a field.</summary>
    /// <param name="name">The field's name or the map's key.</param>
    public void Push(string name)
    {
        if (_depth == _segments.Length)
        {
            Array.Resize(ref _segments, _depth * 2);
        }

        _segments[_depth++] = name;
    }

    /// <summary>Goes into an item of a list.</summary>
    /// <param name="index">The item's place.</param>
    public void Push(int index)
    {
        if (_depth == _segments.Length)
        {
            Array.Resize(ref _segments, _depth * 2);
        }

        _segments[_depth++] = index;
    }

    /// <summary>Comes back out.</summary>
    public void Pop() => _depth--;

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _depth; i++)
        {
            JsonPathText.Append(text, _segments[i]);
        }

        return text.ToString();
    }

    /// <summary>Gets the path of a field of the object that the trail stands at.</summary>
    /// <param name="field">The field's name.</param>
    /// <returns>The path.</returns>
    public string To(string field) => _depth == 0 ? JsonPathText.Cut(field) : $"{this}.{JsonPathText.Cut(field)}";

    /// <summary>Notes a field of the object that the trail stands at, unless enough are noted already.</summary>
    /// <param name="unknown">Collects paths.</param>
    /// <param name="field">The field's name.</param>
    public void Note(ICollection<string>? unknown, string field)
    {
        if (unknown?.Count < MaxNoted)
        {
            unknown.Add(To(field));
        }
    }
}
