using Ahoi.Api.Json;
using Ahoi.Api.Usage;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Admission.Quotas;

/// <summary>
/// Refuses what would exceed a resource quota of its namespace, and charges the quota's status with the rest, under the
/// quota's version, so that two writers never use the same room. What counts is the quota's <c>status.hard</c>: a quota
/// counts from when its controller has put it there. What a write that fails after this was charged, and what a deletion
/// frees, is that controller's to set right, as in kube-apiserver. It comes last in the chain.
/// </summary>
internal sealed class QuotaAdmission(ServerParts parts, NamespaceObjects objects) : IAdmission
{
    private const int Attempts = 16;

    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var resource = write.Request.Resource;
        if (write.Value is not { } value || !resource.Namespaced || resource.Storage is null || !Charges(write))
        {
            return;
        }

        var quotas = await objects.ListAsync("", "resourcequotas", write.Request.Namespace, cancellationToken).ConfigureAwait(false);
        if (quotas.Count == 0)
        {
            return;
        }

        var usage = QuotaUsage.Of(resource.Group, resource.Plural, value);
        if (usage.Where(u => u.Value.Sign < 0).Select(u => u.Key).ToArray() is { Length: > 0 } negative)
        {
            throw Refusal(write, $"quota usage is negative for resource(s): {string.Join(", ", negative)}");
        }

        // All judge before any is charged: what one refuses must not weigh on another.
        foreach (var quota in quotas)
        {
            Charge(write, quota, usage);
        }

        foreach (var quota in quotas)
        {
            await ChargeAsync(write, quota, usage, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool Charges(AdmissionWrite write) => (write.Request.Subresource?.Name, write.Operation, write.Request.Resource) switch
    {
        (null, "CREATE", _) => true,
        (null, "UPDATE", { Group: "", Plural: "services" or "persistentvolumeclaims" }) => true,
        ("resize", "UPDATE", { Group: "", Plural: "pods" }) => true,
        _ => false,
    };

    private async ValueTask ChargeAsync(AdmissionWrite write, JsonMap quota, Amounts usage, CancellationToken cancellationToken)
    {
        var storage = parts.Registry.Current.Find("", "v1", "resourcequotas")!.Storage!; // A built-in resource.
        var key = storage.KeyOf(write.Request.Namespace, quota.NameOf());
        for (var attempt = 1; ; attempt++)
        {
            if (await parts.Store.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } stored)
            {
                return; // It was deleted meanwhile.
            }

            var current = JsonTree.ParseMap(stored.Value.Span);
            if (Charge(write, current, usage) is not { } used || write.DryRun)
            {
                return;
            }

            current.EnsureMap("status")["used"] = used.ToMap();
            var outcome = await parts.Store.UpdateAsync(key, ObjectEncoder.Encode(current), stored.Revision, cancellationToken).ConfigureAwait(false);
            if (outcome.Succeeded)
            {
                return;
            }

            if (attempt == Attempts)
            {
                throw ApiErrors.Stale(new("", "v1", "resourcequotas"), quota.NameOf());
            }
        }
    }

    /// <summary>What the quota's usage becomes; null where the write does not concern it.</summary>
    private static Amounts? Charge(AdmissionWrite write, JsonMap quota, Amounts usage)
    {
        var hard = Amounts.Of(quota.Map("status")?.Map("hard"));
        var used = Amounts.Of(quota.Map("status")?.Map("used"));
        var name = quota.NameOf();
        if (!QuotaScopes.Match(quota, write.Value!)) // Only writes with a value come here.
        {
            return null;
        }

        if (write is { Operation: "CREATE", Request.Resource: { Group: "", Plural: "pods" } } && QuotaUsage.Missing(hard.Keys, write.Value!) is { } missing)
        {
            throw Refusal(write, $"failed quota: {name}: {missing}");
        }

        var before = write.Old is { } old && QuotaScopes.Match(quota, old)
            ? QuotaUsage.Of(write.Request.Resource.Group, write.Request.Resource.Plural, old)
            : [];
        var more = new Amounts();
        foreach (var (resource, amount) in usage.Where(u => hard.ContainsKey(u.Key)))
        {
            var delta = before.TryGetValue(resource, out var was) ? amount - was : amount;
            if (delta.Sign > 0)
            {
                more[resource] = delta;
            }
        }

        if (more.Count == 0)
        {
            return null;
        }

        if (more.Keys.Where(r => !used.ContainsKey(r)).ToArray() is { Length: > 0 } unknown)
        {
            throw Refusal(write, $"status unknown for quota: {name}, resources: {string.Join(',', unknown)}");
        }

        var after = used.Copy();
        after.Add(more);
        var exceeded = more.Keys.Where(r => after[r] > hard[r]).Order(StringComparer.Ordinal).ToArray();
        return exceeded.Length == 0
            ? after
            : throw Refusal(write, $"exceeded quota: {name}, requested: {Show(exceeded, more)}, used: {Show(exceeded, used)}, limited: {Show(exceeded, hard)}");
    }

    private static string Show(string[] names, Amounts amounts) => string.Join(',', names.Select(n => $"{n}={amounts[n]}"));

    private static Ahoi.Api.Errors.ApiException Refusal(AdmissionWrite write, string why) => ApiErrors.Forbidden(write.Request.Resource.Resource, write.Name, why);
}
