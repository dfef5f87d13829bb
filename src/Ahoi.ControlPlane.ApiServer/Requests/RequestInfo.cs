namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>What a request is about, as Kubernetes reads it from method and path.</summary>
internal sealed class RequestInfo
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>Gets whether the path names a resource; otherwise only <see cref="Path"/> and <see cref="Verb"/> count.</summary>
    public bool IsResource { get; private set; }

    /// <summary>Gets the verb: get, list, watch, create, update, patch, delete, deletecollection, or the lower-case method for what is not a resource.</summary>
    public string Verb { get; private set; } = "";

    public string Group { get; private set; } = "";

    public string Version { get; private set; } = "";

    public string Namespace { get; private set; } = "";

    public string Resource { get; private set; } = "";

    public string Subresource { get; private set; } = "";

    /// <summary>Gets the object's name, or the empty string.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Gets or sets the name that access is judged by: also the one a collection request's field selector names.</summary>
    public string AccessName { get; private set; } = "";

    /// <summary>Gets what follows the subresource, as the paths of proxies do.</summary>
    public string Rest { get; private set; } = "";

    /// <summary>Gets whether the path says <c>/namespaces/NAME/</c> before the resource.</summary>
    public bool HasNamespaceSegment { get; private set; }

    public static RequestInfo Parse(string method, string path, RequestQuery query)
    {
        var info = new RequestInfo { Method = method, Path = path };
        if (!info.ReadResource(query))
        {
            info.Verb = method.ToLowerInvariant();
        }

        return info;
    }

    private static string VerbOf(string method) => method switch
    {
        "POST" => "create",
        "GET" or "HEAD" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    };

    private bool ReadResource(RequestQuery query)
    {
        var rest = Path.AsSpan().Trim('/');
        var prefix = Next(ref rest);
        if (prefix is "apis")
        {
            Group = Next(ref rest).ToString();
        }
        else if (prefix is not "api")
        {
            return false;
        }

        Version = Next(ref rest).ToString();
        if (Version.Length == 0 || rest.IsEmpty)
        {
            return false;
        }

        Verb = VerbOf(Method);
        var watchPrefix = false;
        if (Peek(rest) is "watch")
        {
            Next(ref rest);
            watchPrefix = true;
        }

        if (Peek(rest) is "namespaces")
        {
            Next(ref rest);
            if (!rest.IsEmpty)
            {
                Namespace = Next(ref rest).ToString();
                if (rest.IsEmpty || Peek(rest) is "status" or "finalize")
                {
                    Resource = "namespaces";
                    Name = Namespace;
                }
                else
                {
                    HasNamespaceSegment = true;
                    Resource = Next(ref rest).ToString();
                    Name = Next(ref rest).ToString();
                }
            }
            else
            {
                Resource = "namespaces";
            }
        }
        else
        {
            Resource = Next(ref rest).ToString();
            Name = Next(ref rest).ToString();
        }

        Subresource = Next(ref rest).ToString();
        Rest = rest.ToString();
        IsResource = true;
        AccessName = Name;
        if (Name.Length == 0)
        {
            if (Verb == "get")
            {
                Verb = watchPrefix || query.Flag("watch") ? "watch" : "list";
            }
            else if (Verb == "delete")
            {
                Verb = "deletecollection";
            }

            if (Verb is "list" or "watch" or "deletecollection" && query["fieldSelector"] is { Length: > 0 } fields
                && NameIn(fields) is { } name)
            {
                AccessName = name;
            }
        }
        else if (watchPrefix && Verb == "get")
        {
            Verb = "watch";
        }

        return true;
    }

    private static string? NameIn(string fields)
    {
        foreach (var part in fields.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part[equals - 1] != '!' && part.AsSpan(0, equals).Trim() is "metadata.name")
            {
                return part[(equals + 1)..].TrimStart('=').Trim();
            }
        }

        return null;
    }

    private static ReadOnlySpan<char> Peek(ReadOnlySpan<char> rest)
    {
        var slash = rest.IndexOf('/');
        return slash < 0 ? rest : rest[..slash];
    }

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest)
    {
        var slash = rest.IndexOf('/');
        var part = slash < 0 ? rest : rest[..slash];
        rest = slash < 0 ? [] : rest[(slash + 1)..];
        return part;
    }
}
