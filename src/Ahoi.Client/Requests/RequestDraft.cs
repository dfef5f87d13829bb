namespace Ahoi.Client.Requests;

/// <summary>A request before it is sent, perhaps several times.</summary>
internal readonly record struct RequestDraft(HttpMethod Method, string Path)
{
    public RequestBody? Body { get; init; }

    public string ContentType { get; init; } = MediaTypes.Json;

    public string Accept { get; init; } = MediaTypes.Json;

    /// <summary>Whether the body comes as long as somebody listens: no limit in all, and a lane of its own.</summary>
    public bool IsEndless { get; init; }

    /// <summary>How long the body may pause; the client's own limit where missing.</summary>
    public TimeSpan? IdleLimit { get; init; }

    /// <summary>Whether a server that is overloaded may be asked again without harm.</summary>
    public bool IsRead => Method == HttpMethod.Get;

    public override string ToString()
    {
        var query = Path.IndexOf('?', StringComparison.Ordinal);
        return $"{Method} {(query < 0 ? Path : Path[..query])}";
    }
}
