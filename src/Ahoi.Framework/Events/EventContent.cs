using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.Framework.Events;

/// <summary>The JSON of events as <c>events.k8s.io/v1</c> has them, within its limits.</summary>
internal static class EventContent
{
    private const int MessageLimit = 1024;
    private const int WordLimit = 128;

    /// <summary>An event that happened for the first time.</summary>
    public static JsonMap Of(RawObject about, EventDraft draft, string reporter, ObjectKey key, DateTimeOffset now)
    {
        var regarding = Reference(about.ApiVersion, about.Kind, about.Key);
        regarding["uid"] = about.Uid;
        regarding["resourceVersion"] = about.ResourceVersion;
        var content = new JsonMap
        {
            ["apiVersion"] = "events.k8s.io/v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonMap { ["name"] = key.Name, ["namespace"] = key.Namespace },
            ["eventTime"] = Time(now),
            ["type"] = draft.Type.ToString(),
            ["reason"] = Cut(draft.Reason, WordLimit),
            ["action"] = Cut(draft.Action, WordLimit),
            ["note"] = Cut(draft.Message, MessageLimit),
            ["regarding"] = regarding,
            ["reportingController"] = reporter,
            ["reportingInstance"] = Cut($"{reporter}-{Environment.MachineName}", WordLimit),
        };
        if (draft.Related is { } related)
        {
            content["related"] = Reference(related.Kind.ApiVersion, related.Kind.Kind, related.Key);
        }

        return content;
    }

    /// <summary>What to merge into an event that happened again.</summary>
    public static JsonMap Series(int count, DateTimeOffset last) =>
        new() { ["series"] = new JsonMap { ["count"] = count, ["lastObservedTime"] = Time(last) } };

    /// <summary>Who reports: it must be a qualified name, so that what does not fit into one becomes a hyphen.</summary>
    public static string Reporter(string operatorName, string controller) => $"{Plain(operatorName)}/{Plain(controller)}";

    private static JsonMap Reference(string apiVersion, string kind, ObjectKey key)
    {
        var reference = new JsonMap { ["apiVersion"] = apiVersion, ["kind"] = kind, ["name"] = key.Name };
        if (key.Namespace is not null)
        {
            reference["namespace"] = key.Namespace;
        }

        return reference;
    }

    private static string Plain(string name)
    {
        var plain = string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return plain.Length == 0 ? "ahoi" : Cut(plain, 60).Trim('-', '.');
    }

    private static string Cut(string text, int limit) => text.Length <= limit ? text : text[..(limit - 3)] + "...";

    private static string Time(DateTimeOffset time) => ApiTime.WriteMicro(time);
}
