using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Objects;

/// <summary>
/// The pod templates that a set had, each kept in a ControllerRevision. A template that comes back gets its revision back, under
/// the next number.
/// </summary>
internal sealed class TemplateHistory
{
    private readonly ReconcileContext _context;
    private readonly JsonMap _set;
    private readonly string _hashLabel;
    private List<RawObject> _revisions = [];

    private TemplateHistory(ReconcileContext context, JsonMap set, string hashLabel)
    {
        _context = context;
        _set = set;
        _hashLabel = hashLabel;
        Collisions = set.At("status", "collisionCount") as long? ?? 0;
    }

    /// <summary>Gets the revision of the set's template.</summary>
    public RawObject Latest { get; private set; } = null!; // Set before anybody gets the history.

    /// <summary>Gets how many hashes were taken by other templates.</summary>
    public long Collisions { get; private set; }

    /// <summary>Reads a set's history, and adds the present template where it is new.</summary>
    /// <param name="context">The set's reconcile.</param>
    /// <param name="set">The set.</param>
    /// <param name="hashLabel">The label that carries a revision's hash.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public static async Task<TemplateHistory> OfAsync(ReconcileContext context, JsonMap set, string hashLabel, CancellationToken cancellationToken)
    {
        var history = new TemplateHistory(context, set, hashLabel);
        var selector = LabelSelector.FromJson((set.At("spec", "selector") as JsonMap) ?? []);
        history._revisions = [.. (await Owned.ClaimAsync(context, Kinds.ControllerRevision, selector, cancellationToken).ConfigureAwait(false)).OrderBy(NumberOf).ThenBy(r => r.CreationTimestamp).ThenBy(r => r.Name, StringComparer.Ordinal)];
        await history.AddAsync(cancellationToken).ConfigureAwait(false);
        return history;
    }

    public RawObject? Find(string? name) => Latest.Name == name ? Latest : _revisions.Find(r => r.Name == name);

    /// <summary>Gets the template of a revision.</summary>
    public static JsonMap TemplateOf(RawObject revision)
    {
        var template = (revision.ToMap().At("data", "spec", "template") as JsonMap) ?? [];
        template.Remove("$patch");
        return template;
    }

    public string HashOf(RawObject revision) => revision.Labels.GetValueOrDefault(_hashLabel) ?? revision.Name[(_context.Raw.Name.Length + 1)..];

    /// <summary>Deletes the oldest revisions that nobody lives on, but for as many as the set wants to have kept.</summary>
    public async Task TrimAsync(IReadOnlyCollection<string> living, long limit, CancellationToken cancellationToken)
    {
        var dead = _revisions.Where(r => r.Uid != Latest.Uid && !living.Contains(r.Name) && !living.Contains(HashOf(r))).ToList();
        foreach (var revision in dead.Take(Math.Max(0, dead.Count - (int)Math.Min(limit, int.MaxValue))))
        {
            await _context.Writes.DeleteAsync(revision, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AddAsync(CancellationToken cancellationToken)
    {
        var data = Data();
        var number = _revisions.Count == 0 ? 1 : NumberOf(_revisions[^1]) + 1;
        if (_revisions.FindLast(r => JsonTree.Equals(r.ToMap()["data"], data)) is { } equal)
        {
            Latest = equal.Uid == _revisions[^1].Uid
                ? equal
                : await _context.Writes.PatchAsync(equal, new() { ["revision"] = number }, cancellationToken).ConfigureAwait(false);
            return;
        }

        var template = (_set.At("spec", "template") as JsonMap) ?? [];
        while (true)
        {
            var hash = Names.Hash(template, Collisions);
            try
            {
                Latest = await _context.Writes.CreateAsync(New(hash, number, data, template), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ApiException exception) when (exception.Reason == StatusReason.AlreadyExists)
            {
                var there = await _context.FindAsync(Kinds.ControllerRevision, new(_context.Key.Namespace, $"{_context.Raw.Name}-{hash}"), cancellationToken).ConfigureAwait(false);
                if (there is null || (there.ControllerOwner?.Uid == _context.Raw.Uid && JsonTree.Equals(there.ToMap()["data"], data)))
                {
                    throw; // Not known here yet; it is when it is tried again.
                }

                Collisions++;
            }
        }
    }

    private JsonMap New(string hash, long number, JsonMap data, JsonMap template)
    {
        var labels = (template.At("metadata", "labels") as JsonMap)?.DeepClone() ?? [];
        labels[_hashLabel] = hash;
        var metadata = new JsonMap { ["name"] = $"{_context.Raw.Name}-{hash}", ["labels"] = labels };
        if (_set.At("metadata", "annotations") is JsonMap { Count: > 0 } annotations)
        {
            metadata["annotations"] = annotations.DeepClone();
        }

        return Owned.New(Kinds.ControllerRevision, _context.Raw, metadata, new() { ["data"] = data, ["revision"] = number });
    }

    // Written as the patch that brings the template back.
    private JsonMap Data()
    {
        var template = (_set.At("spec", "template") as JsonMap)?.DeepClone() ?? [];
        template["$patch"] = "replace";
        return new() { ["spec"] = new JsonMap { ["template"] = template } };
    }

    private static long NumberOf(RawObject revision) => revision.ToMap().Integer("revision") ?? 0;
}
