using Ahoi.Api.Json;
using Ahoi.Client.Requests;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Why a copy's pods do not run, as their containers say.</summary>
/// <param name="Reason">The container's reason: <c>ImagePullBackOff</c>, <c>CrashLoopBackOff</c> and their like.</param>
/// <param name="Message">Which container it is, and what it waits for.</param>
/// <param name="IsImage">Whether it is for want of an image.</param>
internal sealed record PodTrouble(string Reason, string Message, bool IsImage)
{
    private static readonly string[] OfImages = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable"];

    private static readonly string[] Others = ["CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "RunContainerError"];

    /// <summary>Looks at a copy's pods.</summary>
    /// <param name="client">Who looks.</param>
    /// <param name="namespace">The previews' namespace.</param>
    /// <param name="preview">The preview's name.</param>
    /// <param name="commit">The commit: pods of another are on their way out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there are pods of the commit, and what is wrong with them.</returns>
    public static async Task<(bool Any, PodTrouble? Trouble)> OfAsync(ApiClient client, string @namespace, string preview, string commit, CancellationToken cancellationToken)
    {
        var page = await client.ListAsync(new("", "v1", "pods"), @namespace, new() { LabelSelector = $"{Group.PreviewLabel}={preview}" }, cancellationToken).ConfigureAwait(false);
        var pods = page.Items
            .Where(p => !p.IsBeingDeleted && p.Annotations.TryGetValue(Group.Name + "/commit", out var of) && of == commit)
            .Select(p => p.ToMap()).ToList();
        return (pods.Count > 0, pods.SelectMany(Containers).Select(Of).FirstOrDefault(t => t is not null));
    }

    private static IEnumerable<JsonMap> Containers(JsonMap pod) =>
        ((pod.At("status", "initContainerStatuses") as JsonList)?.Maps ?? []).Concat((pod.At("status", "containerStatuses") as JsonList)?.Maps ?? []);

    private static PodTrouble? Of(JsonMap container)
    {
        var waiting = container.At("state", "waiting") as JsonMap;
        var reason = waiting?.Text("reason") ?? "";
        var name = container.Text("name");
        return OfImages.Contains(reason)
            ? new(reason, $"Container {name} waits for its image {container.Text("image")}.", true)
            : Others.Contains(reason) ? new(reason, $"Container {name} does not run: {reason}.", false) : null;
    }
}
