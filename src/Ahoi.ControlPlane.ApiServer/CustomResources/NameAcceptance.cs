using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Decides which of the names a definition asks for it gets: those that no other definition of its group has.</summary>
internal static class NameAcceptance
{
    /// <summary>Brings the accepted names and the conditions NamesAccepted and Established of a definition up to date.</summary>
    /// <param name="definition">The definition; its status is changed in place.</param>
    /// <param name="others">The other definitions of the group.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether anything changed.</returns>
    public static bool Update(JsonMap definition, IEnumerable<JsonMap> others, DateTimeOffset now)
    {
        var wanted = definition.Map("spec")?.Map("names") ?? [];
        var status = definition.EnsureMap("status");
        var accepted = status.Map("acceptedNames") ?? [];
        if (JsonTree.Equals(wanted, accepted))
        {
            return false;
        }

        var (resources, kinds) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var other in others)
        {
            var names = other.Map("status")?.Map("acceptedNames") ?? [];
            Take(resources, [names.Text("plural"), names.Text("singular"), .. names.List("shortNames")?.Texts ?? []]);
            Take(kinds, [names.Text("kind"), names.Text("listKind")]);
        }

        string? conflict = null;
        var message = "the names are free";
        var result = new JsonMap();
        Accept("plural", "PluralConflict", resources);
        Accept("singular", "SingularConflict", resources);
        var taken = (wanted.List("shortNames")?.Texts ?? []).Where(n => resources.Contains(n) && accepted.List("shortNames")?.Contains(n) != true).ToList();
        if (taken.Count > 0)
        {
            (conflict, message) = ("ShortNamesConflict", string.Join(", ", taken.Select(n => $"{n} belongs to another definition")));
        }

        Copy(taken.Count > 0 ? accepted : wanted, "shortNames");
        Accept("kind", "KindConflict", kinds);
        Accept("listKind", "ListKindConflict", kinds);
        Copy(wanted, "categories");
        result["plural"] ??= "";
        result["kind"] ??= "";
        status["acceptedNames"] = result;
        var changed = !JsonTree.Equals(result, accepted);
        changed |= DefinitionConditions.Set(definition, DefinitionConditions.NamesAccepted, conflict is null ? "True" : "False", conflict ?? "NoConflicts", message, now);
        if (!DefinitionConditions.IsTrue(definition, DefinitionConditions.Established))
        {
            changed |= conflict is null
                ? DefinitionConditions.Set(definition, DefinitionConditions.Established, "False", "Installing", "the names are accepted", now)
                : DefinitionConditions.Set(definition, DefinitionConditions.Established, "False", "NotAccepted", "names are taken by another definition", now);
        }

        return changed;

        void Accept(string key, string reason, HashSet<string> used)
        {
            var name = wanted.Text(key);
            if (name != accepted.Text(key) && name is not null && used.Contains(name))
            {
                (conflict, message) = (reason, $"{name} belongs to another definition");
                Copy(accepted, key);
            }
            else
            {
                Copy(wanted, key);
            }
        }

        void Copy(JsonMap from, string key)
        {
            if (from[key] is { } value and not "")
            {
                result[key] = JsonTree.DeepClone(value);
            }
        }
    }

    private static void Take(HashSet<string> names, IEnumerable<string?> taken)
    {
        foreach (var name in taken)
        {
            if (!string.IsNullOrEmpty(name))
            {
                names.Add(name);
            }
        }
    }
}
