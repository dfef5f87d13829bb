using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>How a customer's programs are told of their database: <c>DATABASE_HOST</c>, <c>_PORT</c>, <c>_DATABASE</c>,
/// <c>_USERNAME</c> and <c>_PASSWORD</c> in the environment, from a Secret.</summary>
internal static class DatabaseClient
{
    private static readonly string[] Keys = ["host", "port", "database", "username", "password"];

    private const string CredentialsAnnotation = Group.Name + "/credentials";

    /// <summary>The environment of every program: who it is, and its database where there is one.</summary>
    /// <param name="secret">The Secret of the database or its pool.</param>
    public static IList<V1EnvVar> Environment(string? secret) =>
    [
        Field("POD_NAME", "metadata.name"),
        Field("POD_IP", "status.podIP"),
        .. secret is null ? [] : Keys.Select(key => DatabasePlanner.FromSecret($"DATABASE_{key.ToUpperInvariant()}", secret, key)),
    ];

    /// <summary>Annotations by which pods are replaced when the credentials change: an environment stays as it was.</summary>
    public static Dictionary<string, string>? Annotations(string? credentials) =>
        credentials is null ? null : new() { [CredentialsAnnotation] = credentials };

    private static V1EnvVar Field(string name, string path) => new()
    {
        Name = name,
        ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = path } },
    };
}
