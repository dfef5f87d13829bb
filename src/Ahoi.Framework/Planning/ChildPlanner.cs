using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Objects;

namespace Ahoi.Framework.Planning;

/// <summary>Decides, without doing anything, what has to be written so that the cluster is as described.</summary>
internal sealed class ChildPlanner(ObjectTypes types, string fieldManager)
{
    /// <summary>Children remember their group, so that they go in reverse order even after a restart.</summary>
    public const string GroupAnnotation = "ahoi.dev/group";

    /// <summary>Encodes and completes all children of a description, or says everything that is wrong with it.</summary>
    /// <remarks><c>shared</c> says of a child without an owner reference whom it names already, where that one is still
    /// there: two objects that describe the same child must not take turns.</remarks>
    /// <exception cref="DescriptionException">A child cannot be.</exception>
    public static IReadOnlyList<WantedChild> Complete(
        RawObject owner, bool ownerIsNamespaced, Description description, IReadOnlyDictionary<object, JsonMap> encoded, Func<GroupVersionKind, ApiResource> resources, Func<GroupVersionKind, ObjectKey, DescribedBy?> shared)
    {
        var faults = new List<string>();
        var children = new List<WantedChild>();
        var seen = new HashSet<(GroupVersionKind, ObjectKey)>();
        var groups = description.Groups;
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var child in groups[g].Children)
            {
                var content = encoded[child];
                if (Complete(owner, ownerIsNamespaced, child, content, g, groups[g].Name, resources, shared, out var fault) is not { } wanted)
                {
                    faults.Add(fault);
                }
                else if (!seen.Add((wanted.Kind with { Version = "" }, wanted.Key)))
                {
                    faults.Add($"{wanted.Kind.Kind} {wanted.Key} is described twice");
                }
                else
                {
                    children.Add(wanted);
                }
            }
        }

        return faults.Count == 0 ? children : throw new DescriptionException(faults);
    }

    /// <summary>Encodes all children of a description.</summary>
    public IReadOnlyDictionary<object, JsonMap> Encode(Description description) =>
        description.Groups.SelectMany(g => g.Children).ToDictionary(c => (object)c, c => Encode(c, description));

    public static GroupVersionKind KindOf(JsonMap content) =>
        GroupVersionKind.Of(content.Text("apiVersion") ?? "", content.Text("kind") ?? "");

    /// <summary>Compares a child with the object that is there; <paramref name="content"/> is what that object is made of, and
    /// <paramref name="shared"/> says whom it comes from where it has no owner reference.</summary>
    public ChildDecision Decide(WantedChild wanted, RawObject? live, JsonMap? content, RawObject owner, Func<GroupVersionKind, ObjectKey, DescribedBy?> shared)
    {
        if (live is null || content is null)
        {
            return new(ChildAction.Create);
        }

        if (live.IsBeingDeleted)
        {
            return new(ChildAction.Wait, "the one of that name is being deleted");
        }

        var ours = live.OwnerReferences.Any(o => o.Uid == owner.Uid);
        if (wanted.Child.Owned && live.ControllerOwner is { } other && other.Uid != owner.Uid)
        {
            return new(ChildAction.Refuse, $"{other.Kind} {other.Name} owns it");
        }

        if (wanted.Child.Adoption == AdoptionRule.Never && !ours)
        {
            if (!ManagedEntry.Owns(live, fieldManager))
            {
                return new(ChildAction.Refuse, "it is there and not ours");
            }

            // Written by this controller, for another object that is still there: one manager's name does not make it ours.
            if (!wanted.Child.Owned && shared(wanted.Kind, wanted.Key) is { } first && first != DescribedBy.From(owner))
            {
                return new(ChildAction.Refuse, $"it is there and belongs to {first.Kind} {first.Key}");
            }
        }

        if (wanted.Child.CreateOnly)
        {
            return new(ChildAction.Keep);
        }

        if (ManagedEntry.Applied(live, fieldManager) is not { } owned)
        {
            return new(ChildAction.Apply, "nothing of it was applied yet");
        }

        return AppliedFields.FirstDifference(wanted.Comparable(), content, owned, wanted.HasHash) is { } field
            ? new(ChildAction.Apply, field)
            : new(ChildAction.Keep);
    }

    private JsonMap Encode(Child child, Description description)
    {
        var content = types.Encode(child.Value);
        foreach (var change in description.ChildChanges)
        {
            change(content);
        }

        return content;
    }

    private static WantedChild? Complete(
        RawObject owner,
        bool ownerIsNamespaced,
        Child child,
        JsonMap content,
        int group,
        string groupName,
        Func<GroupVersionKind, ApiResource> resources,
        Func<GroupVersionKind, ObjectKey, DescribedBy?> shared,
        out string fault)
    {
        var kind = KindOf(content);
        var metadata = content.EnsureMap("metadata");
        if (metadata.Text("name") is not { Length: > 0 } name)
        {
            fault = $"a {kind.Kind} has no name; children need names that are the same every time";
            return null;
        }

        var resource = resources(kind);
        var @namespace = metadata.Text("namespace");
        if (resource.Namespaced)
        {
            @namespace ??= owner.Namespace;
            if (@namespace is null)
            {
                fault = $"{kind.Kind} {name} needs a namespace, because its owner {owner.Name} has none";
                return null;
            }

            if (child.Owned && ownerIsNamespaced && @namespace != owner.Namespace)
            {
                fault = $"{kind.Kind} {@namespace}/{name} cannot be owned by {owner.Key}: owners are in the same namespace or in none";
                return null;
            }

            metadata["namespace"] = @namespace;
        }
        else
        {
            if (child.Owned && ownerIsNamespaced)
            {
                fault = $"{kind.Kind} {name} is cluster-scoped and cannot be owned by {owner.Key}, which has a namespace";
                return null;
            }

            metadata.Remove("namespace");
            @namespace = null;
        }

        if (child.Owned)
        {
            AddOwner(metadata, owner);
            if (group > 0)
            {
                metadata.EnsureMap("annotations")[GroupAnnotation] = group.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        else if (shared(kind, new(@namespace, name)) is { } first)
        {
            metadata.EnsureMap("annotations")[DescribedBy.Annotation] = first.ToString();
        }
        else
        {
            metadata.EnsureMap("annotations")[DescribedBy.Annotation] = DescribedBy.From(owner).ToString();
        }

        if (kind is { Group: "", Kind: "Secret" })
        {
            MoveTextsToData(content);
        }

        AppliedHash.Mark(content);
        fault = "";
        return new(child, resource, new(@namespace, name), content, group, groupName);
    }

    private static void AddOwner(JsonMap metadata, RawObject owner)
    {
        var owners = metadata.EnsureList("ownerReferences");
        if (owners.Maps.Any(o => o.Text("uid") == owner.Uid))
        {
            return;
        }

        owners.Add(new JsonMap
        {
            ["apiVersion"] = owner.ApiVersion,
            ["kind"] = owner.Kind,
            ["name"] = owner.Name,
            ["uid"] = owner.Uid,
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        });
    }

    /// <summary>The server moves a secret's texts into its data and forgets them, so that they could not be compared.</summary>
    private static void MoveTextsToData(JsonMap secret)
    {
        if (secret.Map("stringData") is not { } texts)
        {
            return;
        }

        secret.Remove("stringData");
        var data = secret.EnsureMap("data");
        foreach (var (key, value) in texts)
        {
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value as string ?? ""));
        }
    }
}
