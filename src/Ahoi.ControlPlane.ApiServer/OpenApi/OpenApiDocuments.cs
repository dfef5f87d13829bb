using System.Security.Cryptography;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI documents of a set of resources, built when first asked for and kept as bytes. A change of the resources
/// makes a new instance; groups that did not change hand their bytes over.
/// </summary>
internal sealed class OpenApiDocuments
{
    private readonly IReadOnlyList<OpenApiResource> _resources;
    private readonly Dictionary<string, Section> _sections;
    private readonly Lazy<OpenApiDocument> _index;
    private readonly Lazy<OpenApiDocument> _version2;

    /// <summary>Makes the documents of <paramref name="resources"/>.</summary>
    /// <param name="resources">Every resource and subresource served.</param>
    /// <param name="previous">The documents before the change, or <see langword="null"/>.</param>
    public OpenApiDocuments(IReadOnlyList<OpenApiResource> resources, OpenApiDocuments? previous = null)
    {
        ArgumentNullException.ThrowIfNull(resources);
        _resources = resources;
        _sections = new(StringComparer.Ordinal);
        foreach (var group in resources.GroupBy(r => PathOf(r.Resource.Group, r.Resource.Version), StringComparer.Ordinal))
        {
            var section = new Section([.. group]);
            var known = previous?._sections.GetValueOrDefault(group.Key);
            _sections[group.Key] = known is not null && known.Hash == section.Hash ? known : section;
        }

        foreach (var path in resources.Where(r => r.Resource.Group.Length > 0).Select(r => $"apis/{r.Resource.Group}").Append("api").Append("apis").Append("version"))
        {
            _sections.TryAdd(path, new Section(path));
        }

        _index = new(BuildIndex);
        _version2 = new(() =>
        {
            var json = SwaggerWriter.Write(_resources);
            return new(json, HashOf(json));
        });
    }

    /// <summary>Gets the index of <c>/openapi/v3</c>: every group-version's relative URL with its hash.</summary>
    public OpenApiDocument Index => _index.Value;

    /// <summary>Gets the OpenAPI v2 document in JSON.</summary>
    public OpenApiDocument Version2 => _version2.Value;

    /// <summary>Finds the OpenAPI v3 document of a path.</summary>
    /// <param name="path">What follows <c>/openapi/v3/</c>: <c>api/v1</c>, <c>apis/apps/v1</c>, <c>apis/apps</c>, <c>version</c>.</param>
    /// <returns>The document, or <see langword="null"/>.</returns>
    public OpenApiDocument? Find(string path) => _sections.GetValueOrDefault(path)?.Document;

    private static string PathOf(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    private OpenApiDocument BuildIndex()
    {
        var paths = new JsonMap(_sections.Count);
        foreach (var (path, section) in _sections.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            paths[path] = new JsonMap(1) { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={section.Hash}" };
        }

        var json = JsonTree.ToUtf8(new JsonMap { ["paths"] = paths });
        return new(json, HashOf(json));
    }

    /// <summary>One document of version 3. Its hash is that of what it is made from, so that the index needs no documents.</summary>
    private sealed class Section
    {
        private readonly Lazy<OpenApiDocument> _document;

        public Section(IReadOnlyList<OpenApiResource> resources)
        {
            var facts = new StringBuilder("1.36.2;");
            foreach (var resource in resources)
            {
                facts.Append(resource.Resource).Append('/').Append(resource.Subresource).Append(' ').Append(resource.Kind)
                    .Append(' ').Append(resource.Namespaced).AppendJoin(',', resource.Verbs).Append(resource.CustomSchema).Append(';');
            }

            Hash = HashOf(Encoding.UTF8.GetBytes(facts.ToString()));
            _document = new(() => new(OpenApiWriter.Write(resources), Hash));
        }

        public Section(string path)
        {
            Hash = HashOf(Encoding.UTF8.GetBytes(path));
            _document = new(() => new(OpenApiWriter.WriteRoot("/" + path + (path == "version" ? "" : "/")), Hash));
        }

        public string Hash { get; }

        public OpenApiDocument Document => _document.Value;
    }
}
