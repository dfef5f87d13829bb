using Ahoi.Api.Json;
using Ahoi.Framework.Controllers;

namespace Ahoi.Framework.Observability.Reconciles;

/// <summary>Reconciles as JSON: the names are part of the contract, durations are seconds.</summary>
internal static class ReconcileJson
{
    public static JsonMap Of(IEnumerable<ReconcileRecord> records, Func<ReconcileRecord, bool> which)
    {
        var list = new JsonList();
        foreach (var record in records.Where(which))
        {
            list.Add(Of(record));
        }

        return new() { ["reconciles"] = list };
    }

    private static JsonMap Of(ReconcileRecord record)
    {
        var map = new JsonMap
        {
            ["controller"] = record.Controller,
            ["apiVersion"] = record.Kind.ApiVersion,
            ["kind"] = record.Kind.Kind,
        };
        Put(map, "namespace", record.Key.Namespace);
        map["name"] = record.Key.Name;
        map["at"] = record.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        map["waitedSeconds"] = Math.Round(record.Waited.TotalSeconds, 6);
        map["tookSeconds"] = Math.Round(record.Took.TotalSeconds, 6);
        map["result"] = record.Result;
        Put(map, "failure", record.Failure);
        if (record.RetryAfter is { } after)
        {
            map["retryAfterSeconds"] = Math.Round(after.TotalSeconds, 3);
        }

        var causes = new JsonList();
        foreach (var cause in record.Causes)
        {
            causes.Add(Of(cause));
        }

        map["causes"] = causes;
        map["omittedCauses"] = (long)record.OmittedCauses;
        map["writes"] = Texts(record.Writes);
        return map;
    }

    private static JsonMap Of(ReconcileCause cause)
    {
        var map = new JsonMap { ["cause"] = cause.Kind.ToString() };
        if (cause.Type is { } type)
        {
            map["apiVersion"] = type.ApiVersion;
            map["kind"] = type.Kind;
        }

        if (cause.Object is { } key)
        {
            Put(map, "namespace", key.Namespace);
            map["name"] = key.Name;
        }

        Put(map, "change", cause.Change);
        if (cause.ChangedFields is { Count: > 0 } fields)
        {
            map["fields"] = Texts(fields);
        }

        Put(map, "manager", cause.Manager);
        Put(map, "note", cause.Note);
        return map;
    }

    private static JsonList Texts(IEnumerable<string> texts)
    {
        var list = new JsonList();
        foreach (var text in texts)
        {
            list.Add(text);
        }

        return list;
    }

    private static void Put(JsonMap map, string name, string? value)
    {
        if (value is not null)
        {
            map[name] = value;
        }
    }
}
