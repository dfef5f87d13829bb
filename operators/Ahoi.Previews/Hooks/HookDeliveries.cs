using System.Security.Cryptography;
using Ahoi.Api.Objects;

namespace Ahoi.Previews.Hooks;

/// <summary>Remembers what was delivered, so that nobody who overheard a call can repeat it again and again. What it is known by
/// is its content: of most forges, the number of a delivery is not signed.</summary>
internal sealed class HookDeliveries
{
    private const int Remembered = 4096;

    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, DateTimeOffset At)> _order = new();

    /// <summary>Notes a call.</summary>
    /// <returns>Whether it is the first of its kind.</returns>
    public bool Note(ObjectKey app, HookRequest request, DateTimeOffset now)
    {
        var key = $"{app} {request.Header("webhook-id")} {Convert.ToHexString(SHA256.HashData(request.Body.Span))}";
        lock (_gate)
        {
            while (_order.TryPeek(out var oldest) && (now - oldest.At > Memory || _order.Count >= Remembered))
            {
                _seen.Remove(oldest.Key);
                _order.Dequeue();
            }

            if (!_seen.Add(key))
            {
                return false;
            }

            _order.Enqueue((key, now));
            return true;
        }
    }
}
