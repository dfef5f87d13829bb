using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Framework.Controllers;

namespace Ahoi.Framework.Planning;

/// <summary>A described child, encoded and completed.</summary>
/// <param name="Child">As it was described.</param>
/// <param name="Resource">Where its kind is served.</param>
/// <param name="Key">Its name.</param>
/// <param name="Content">What is applied: type, name, labels, owner and everything wanted.</param>
/// <param name="Group">The index of its group.</param>
/// <param name="GroupName">The name of its group.</param>
internal sealed record WantedChild(Child Child, ApiResource Resource, ObjectKey Key, JsonMap Content, int Group, string GroupName)
{
    private const int KeptBuffer = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    private UInt128? _fingerprint;

    public GroupVersionKind Kind => Resource.Type;

    /// <summary>Gets what tells this description of the child from any other: its content, and how it is kept.</summary>
    public UInt128 Fingerprint => _fingerprint ??= MakeFingerprint();

    /// <summary>Gets whether the object remembers a hash of what was applied.</summary>
    public bool HasHash => Content.Map("metadata")?.Map("annotations")?.ContainsKey(AppliedHash.Annotation) == true;

    /// <summary>Gets the content without what no field set speaks of.</summary>
    public JsonMap Comparable()
    {
        var content = Content.DeepClone();
        content.Remove("apiVersion");
        content.Remove("kind");
        if (content.Map("metadata") is { } metadata)
        {
            foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "generateName", "selfLink", "creationTimestamp", "generation", "managedFields"])
            {
                metadata.Remove(name);
            }

            if (metadata.Count == 0)
            {
                content.Remove("metadata");
            }
        }

        return content;
    }

    private UInt128 MakeFingerprint()
    {
        var buffer = _buffer ??= new(4096);
        buffer.ResetWrittenCount();
        JsonTree.Write(buffer, Content);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        if (buffer.Capacity > KeptBuffer)
        {
            _buffer = null;
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(hash) ^ ((uint)Child.Adoption | (Child.CreateOnly ? 1u << 31 : 0));
    }
}
