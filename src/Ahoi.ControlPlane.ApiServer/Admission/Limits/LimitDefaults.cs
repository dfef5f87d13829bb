using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Admission.Limits;

/// <summary>Fills in the requests and limits that a limit range has for containers.</summary>
internal static class LimitDefaults
{
    /// <summary>Fills in what the containers of a pod leave out.</summary>
    /// <param name="pod">The pod's spec; changed in place.</param>
    /// <param name="range">The limit range.</param>
    /// <returns>What was filled in, in the words of the annotation that tells it.</returns>
    public static List<string> Fill(JsonMap pod, JsonMap range)
    {
        var (requests, limits) = (new JsonMap(), new JsonMap());
        foreach (var limit in (range.Map("spec") ?? []).Maps("limits").Where(l => l.Text("type") == "Container"))
        {
            Take(limit.Map("defaultRequest"), requests);
            Take(limit.Map("default"), limits);
        }

        var done = new List<string>();
        foreach (var container in pod.Maps("containers"))
        {
            Fill(container, requests, limits, "container", done);
        }

        foreach (var container in pod.Maps("initContainers"))
        {
            Fill(container, requests, limits, "init container", done);
        }

        return done;
    }

    private static void Fill(JsonMap container, JsonMap requests, JsonMap limits, string what, List<string> done)
    {
        // The maps are made only for something to go into them.
        Fill("requests", requests, "request");
        Fill("limits", limits, "limit");

        void Fill(string field, JsonMap defaults, string word)
        {
            var given = container.Map("resources")?.Map(field);
            var missing = defaults.Where(d => given?.ContainsKey(d.Key) != true).OrderBy(d => d.Key, StringComparer.Ordinal).ToArray();
            if (missing.Length == 0)
            {
                return;
            }

            var into = container.EnsureMap("resources").EnsureMap(field);
            foreach (var (name, amount) in missing)
            {
                into[name] = amount;
            }

            done.Add($"{string.Join(", ", missing.Select(m => m.Key))} {word} for {what} {container.Text("name")}");
        }
    }

    private static void Take(JsonMap? from, JsonMap into)
    {
        foreach (var (name, amount) in from ?? [])
        {
            into[name] = amount;
        }
    }
}
