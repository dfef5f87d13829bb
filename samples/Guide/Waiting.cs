using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.Client.Requests;
using Ahoi.Client.Waits;

namespace Guide;

internal static class Waiting
{
    public static async Task<RawObject?> MigrateAsync(ApiClient client, CancellationToken cancellationToken)
    {
        // docs: wait
        var job = new GroupVersionResource("batch", "v1", "jobs");
        var done = await client.WaitUntilAsync(job, new("shop", "migrate"), Until.Condition("Complete"), TimeSpan.FromMinutes(10), cancellationToken);
        await client.WaitUntilAsync(new("", "v1", "pods"), new("shop", "old"), Until.Gone, TimeSpan.FromMinutes(1), cancellationToken);
        // docs: end
        return done;
    }

    public static async Task<IEnumerable<RawObject>> ListAsync(ApiClient client, CancellationToken cancellationToken)
    {
        // docs: selectors
        var labels = LabelSelector.Everything.Where("app", "shop").WhereIn("tier", "web", "worker").WhereMissing("retired");
        var fields = FieldSelector.Everything.WhereNot("status.phase", "Failed");
        var page = await client.ListAsync(
            new("", "v1", "pods"), "shop", new() { LabelSelector = labels.ToString(), FieldSelector = fields.ToString() }, cancellationToken);

        var chosen = LabelSelector.FromJson(labels.ToJson());           // as objects have it: matchLabels, matchExpressions
        return page.Items.Where(pod => chosen.Matches(pod.Labels));     // and the same conditions on this side
        // docs: end
    }
}
