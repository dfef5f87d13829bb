namespace Ahoi.Api.Objects;

/// <summary>Knows the wire side of a family of .NET types, such as the model classes of one client library.</summary>
public interface IObjectCodecSource
{
    /// <summary>Finds the codec of a type.</summary>
    /// <param name="type">The .NET type.</param>
    /// <returns>The codec, or <see langword="null"/> where the type is none of this family.</returns>
    ObjectCodec? Find(Type type);
}
