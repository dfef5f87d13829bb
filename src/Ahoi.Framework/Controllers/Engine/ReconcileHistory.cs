using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>The last reconciles of a controller, a bounded number of them.</summary>
internal sealed class ReconcileHistory(int capacity = 128)
{
    private readonly Lock _gate = new();
    private readonly Queue<ReconcileRecord> _records = new();

    public void Add(ReconcileRecord record)
    {
        lock (_gate)
        {
            if (_records.Count == capacity)
            {
                _records.Dequeue();
            }

            _records.Enqueue(record);
        }
    }

    /// <summary>The reconciles of an object, or of all, the latest first.</summary>
    public IReadOnlyList<ReconcileRecord> Of(ObjectKey? key)
    {
        lock (_gate)
        {
            return [.. _records.Where(r => key is not { } wanted || r.Key == wanted).Reverse()];
        }
    }
}
