using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Events;

/// <summary>What an event is about.</summary>
internal readonly record struct InvolvedObject(GroupVersionKind Type, ObjectKey Key, string Uid, string? ResourceVersion = null)
{
    public static InvolvedObject Of(RawObject value) => new(value.Type, value.Key, value.Uid, value.ResourceVersion);
}
