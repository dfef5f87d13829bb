using Ahoi.Api.Objects;

namespace Ahoi.Framework.Informers;

/// <summary>What changed in a store: at least one of both is there.</summary>
internal readonly record struct ResourceDelta(RawObject? Before, RawObject? After)
{
    public ObjectKey Key => (After ?? Before)!.Key; // One of both is always there.
}
