using System.Text.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>An object does not fit its C# type.</summary>
public sealed class UnfitObjectException : Exception
{
    internal UnfitObjectException(ObjectKey key, Type type, JsonException exception)
        : base($"{key} does not fit {type.Name}: {exception.Message}", exception) => Path = exception.Path;

    /// <summary>Gets the path of the field that does not fit, or <see langword="null"/> where it is not known.</summary>
    public string? Path { get; }
}
