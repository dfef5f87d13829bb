using System.Collections;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>What every log line of a reconcile is about; put into words only where somebody writes scopes.</summary>
internal sealed class ReconcileScope(string controller, string kind, ObjectKey key, IReadOnlyList<ReconcileCause> causes) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 4;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Controller", controller),
        1 => new("Kind", kind),
        2 => new("Key", key),
        3 => new("Causes", string.Join(", ", causes)),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    public override string ToString() => $"{kind} {key}";

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
