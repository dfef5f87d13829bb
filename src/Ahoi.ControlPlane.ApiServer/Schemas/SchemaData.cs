using System.IO.Compression;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>
/// The OpenAPI definitions of the built-in kinds as they were recorded, indexed by one pass over their bytes; a
/// definition is parsed when it is asked for.
/// </summary>
internal sealed class SchemaData
{
    private static readonly Lazy<SchemaData> Instance = new(() => new SchemaData());

    private readonly byte[] _json;
    private readonly Dictionary<string, (int Start, int Length)> _definitions = new(1024, StringComparer.Ordinal);
    private readonly Dictionary<GroupVersionKind, string> _names = [];

    private SchemaData()
    {
        using var resource = typeof(SchemaData).Assembly.GetManifestResourceStream("schemas.json.gz")
            ?? throw new InvalidOperationException("The schema data is not in the assembly.");
        using var unpacked = new GZipStream(resource, CompressionMode.Decompress);
        using var bytes = new MemoryStream(512 * 1024);
        unpacked.CopyTo(bytes);
        _json = bytes.ToArray();
        Index();
    }

    /// <summary>Gets the names of every definition.</summary>
    public static IEnumerable<string> Names => Instance.Value._definitions.Keys;

    /// <summary>Gets the kinds that have a definition.</summary>
    public static IEnumerable<GroupVersionKind> Kinds => Instance.Value._names.Keys;

    /// <summary>Finds the name of a kind's definition.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The name, or <see langword="null"/>.</returns>
    public static string? NameOf(GroupVersionKind kind) => Instance.Value._names.GetValueOrDefault(kind);

    /// <summary>Reads a definition.</summary>
    /// <param name="name">Its name, as in <c>io.k8s.api.core.v1.Pod</c>.</param>
    /// <returns>A new tree, or <see langword="null"/>.</returns>
    public static JsonMap? Definition(string name) =>
        Instance.Value._definitions.TryGetValue(name, out var at)
            ? JsonTree.ParseMap(Instance.Value._json.AsSpan(at.Start, at.Length))
            : null;

    /// <summary>Gets a definition's JSON.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The UTF-8 bytes; empty if there is no such definition.</returns>
    public static ReadOnlySpan<byte> Raw(string name) =>
        Instance.Value._definitions.TryGetValue(name, out var at) ? Instance.Value._json.AsSpan(at.Start, at.Length) : [];

    private void Index()
    {
        var reader = new Utf8JsonReader(_json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKinds = reader.ValueTextEquals("x-kubernetes-group-version-kind"u8);
                reader.Read();
                if (isKinds)
                {
                    AddKinds(name, (int)reader.TokenStartIndex);
                }

                reader.Skip();
            }

            _definitions.Add(name, (start, (int)reader.BytesConsumed - start));
        }
    }

    private void AddKinds(string name, int start)
    {
        var reader = new Utf8JsonReader(_json.AsSpan(start));
        reader.Read();
        reader.Skip();
        foreach (var kind in ((JsonList)JsonTree.Parse(_json.AsSpan(start, (int)reader.BytesConsumed))!).Maps)
        {
            _names[new(kind.Text("group") ?? "", kind.Text("version") ?? "", kind.Text("kind") ?? "")] = name;
        }
    }
}
