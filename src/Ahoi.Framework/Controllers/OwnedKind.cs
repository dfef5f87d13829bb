using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>A kind of children; its type or its kind is given.</summary>
internal sealed record OwnedKind(Type? Type, GroupVersionKind? Kind, bool MetadataOnly);
