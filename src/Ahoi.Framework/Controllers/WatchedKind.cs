using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>Another kind whose changes wake reconciled objects; its type or its kind is given.</summary>
internal sealed record WatchedKind(Type? Type, GroupVersionKind? Kind, Func<RawObject, IEnumerable<ObjectKey>> Map, bool MetadataOnly);
