using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>The types of the built-in kinds, read from the schema data when they are first asked for.</summary>
internal static class BuiltInSchemas
{
    /// <summary>Finds the type of a built-in kind, List kinds and options kinds included.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The type, or <see langword="null"/> if there is no such kind.</returns>
    public static Schema? Find(GroupVersionKind kind) => throw new NotImplementedException(kind.ToString());
}
