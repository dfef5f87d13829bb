using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Something a reconcile has read: an object, or without a name a list.</summary>
internal readonly record struct Dependency(GroupVersionKind Kind, string? Namespace, string? Name);
