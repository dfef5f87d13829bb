using Ahoi.Api.Errors;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>An applied configuration changes fields that other managers own.</summary>
/// <param name="conflicts">The other managers and the fields.</param>
internal sealed class FieldConflictException(IReadOnlyList<(ManagerEntry Entry, FieldSet Fields)> conflicts)
    : Exception("The applied configuration changes fields of other managers.")
{
    /// <summary>Gets the other managers and the fields.</summary>
    public IReadOnlyList<(ManagerEntry Entry, FieldSet Fields)> Conflicts { get; } = conflicts;

    /// <summary>Makes the answer to the client.</summary>
    /// <returns>409, a cause for each field.</returns>
    public ApiException ToApiException()
    {
        var causes = new List<StatusCause>();
        foreach (var (entry, fields) in Conflicts.OrderBy(c => c.Entry.Id.Name, StringComparer.Ordinal).ThenBy(c => c.Entry.Seconds()))
        {
            causes.AddRange(fields.Paths().Select(path => new StatusCause("FieldManagerConflict", $"conflict with {Describe(entry)}", path)));
        }

        var who = string.Join("; ", causes.GroupBy(c => c.Message).Select(g => $"{g.Key}: {string.Join(", ", g.Select(c => c.Field))}"));
        var message = $"Apply failed with {causes.Count} {(causes.Count == 1 ? "conflict" : "conflicts")}: {who}";
        return new(new(409, StatusReason.Conflict, message) { Details = new() { Causes = causes } }, this);
    }

    private static string Describe(ManagerEntry entry)
    {
        var text = $"\"{entry.Id.Name}\"";
        if (entry.Id.Subresource.Length > 0)
        {
            text += $" with subresource \"{entry.Id.Subresource}\"";
        }

        return entry.Id.IsApply ? text : $"{text} using {entry.Version}" + (entry.Time is null ? "" : $" at {entry.Time}");
    }
}
