using Ahoi.Api.Json;

namespace Ahoi.Api.Errors;

/// <summary>What a <see cref="ApiStatus"/> is about: <c>metav1.StatusDetails</c>.</summary>
public sealed record StatusDetails
{
    /// <summary>Gets the object's name, where one is at fault.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the API group, where it is not the core group.</summary>
    public string? Group { get; init; }

    /// <summary>Gets the kind or the plural resource name; the API uses both.</summary>
    public string? Kind { get; init; }

    /// <summary>Gets the object's uid, where it is known.</summary>
    public string? Uid { get; init; }

    /// <summary>Gets the single causes; empty where there are none.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>Gets after how many seconds the request may be tried again, where the server says so.</summary>
    public int? RetryAfterSeconds { get; init; }

    internal static StatusDetails FromJson(JsonMap json) => new()
    {
        Name = json.Text("name"),
        Group = json.Text("group"),
        Kind = json.Text("kind"),
        Uid = json.Text("uid"),
        RetryAfterSeconds = (int?)json.Integer("retryAfterSeconds"),
        Causes = json.List("causes") is { } causes
            ? [.. causes.Maps.Select(c => new StatusCause(c.Text("reason") ?? "", c.Text("message") ?? "", c.Text("field")))]
            : [],
    };

    internal JsonMap ToJson()
    {
        var json = new JsonMap();
        Put("name", Name);
        Put("group", Group);
        Put("kind", Kind);
        Put("uid", Uid);
        if (Causes.Count > 0)
        {
            json["causes"] = new JsonList(Causes.Select(CauseToJson));
        }

        if (RetryAfterSeconds is > 0)
        {
            json["retryAfterSeconds"] = RetryAfterSeconds.Value;
        }

        return json;

        void Put(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                json[key] = value;
            }
        }
    }

    private static JsonMap CauseToJson(StatusCause cause)
    {
        var json = new JsonMap(3);
        if (cause.Reason.Length > 0)
        {
            json["reason"] = cause.Reason;
        }

        if (cause.Message.Length > 0)
        {
            json["message"] = cause.Message;
        }

        if (!string.IsNullOrEmpty(cause.Field))
        {
            json["field"] = cause.Field;
        }

        return json;
    }
}
