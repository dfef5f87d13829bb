using System.CommandLine;
using System.Diagnostics;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Cli.Trees;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi tree</c>: an object and everything that hangs from it, by owner references and by the annotation of
/// children that cannot have one.</summary>
internal static class TreeCommand
{
    // Reported about objects and copied from them; they say nothing about who made what.
    private static readonly string[] LeftOut = ["events", "componentstatuses"];

    public static Command Create()
    {
        var cluster = new ClusterOptions();
        var name = ObjectName.Argument(ArgumentArity.ExactlyOne);
        var @namespace = new Option<string?>("--namespace", "-n") { Description = "The object's namespace.", HelpName = "NS" };
        var form = new Option<string>("--output", "-o") { Description = "How to print it: text or json.", DefaultValueFactory = _ => "text" };
        form.AcceptOnlyFromAmong("text", "json");
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on drawing while it changes, until the object is gone or Ctrl-C." };
        var command = new Command("tree", "Draw what an object made, and what that made.") { name, @namespace, form, watch };
        command.Validators.Add(result =>
        {
            if (result.GetValue(watch) && result.GetValue(form) == "json")
            {
                result.AddError("--watch draws for people; leave it out with -o json.");
            }
        });
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = await cluster.ConnectAsync(parsed, cancellationToken);
            using var client = new ApiClient(connection);
            var root = await FindAsync(client, connection, parsed.GetValue(name)!, parsed.GetValue(@namespace), cancellationToken);
            if (parsed.GetValue(watch))
            {
                await WatchAsync(client, root, parsed.InvocationConfiguration.Output, cancellationToken);
                return ExitCodes.Ok;
            }

            var objects = await ListAsync(client, root, cancellationToken);
            var tree = Build(objects).Single(n => n.Value.Uid == root.Uid);

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(form) == "json")
            {
                await output.WriteLineAsync(StillTree.ToJson(tree).ToString());
            }
            else
            {
                await StillTree.WriteAsync(tree, output, TerminalOutput.HasColours(output));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static IReadOnlyList<TreeNode> Build(IReadOnlyList<RawObject> objects)
    {
        var byIdentity = objects.ToLookup(o => o.Uid, StringComparer.Ordinal);
        return OwnershipTree.Build(objects, o => DescribedBy.Of(o) is { } by ? byIdentity[by.Uid].FirstOrDefault() : null);
    }

    /// <summary>Draws the tree again with every change, until its root is gone.</summary>
    private static async Task WatchAsync(ApiClient client, RawObject root, TextWriter output, CancellationToken cancellationToken)
    {
        var catalog = await client.Discovery.GetAsync(cancellationToken);
        var resources = catalog.Resources.Where(r => r.Verbs.Contains("list") && r.Verbs.Contains("watch") && !LeftOut.Contains(r.Resource.Resource))
            .DistinctBy(r => (r.Resource.Group, r.Resource.Resource)).Select(r => r.Resource).ToList();
        await using var objects = new ObjectWatch(client, resources, o => o.Uid == root.Uid || o.OwnerReferences.Count > 0 || DescribedBy.Of(o) is not null);
        objects.Start();
        await using var view = TreeView.Create(output, Stopwatch.GetTimestamp());
        var seen = false;
        try
        {
            while (true)
            {
                var changed = objects.Changed; // Before the look, so that nothing in between is missed.
                var tree = Build(objects.Snapshot()).Where(n => n.Value.Uid == root.Uid).ToList();
                if (seen && tree.Count == 0)
                {
                    return;
                }

                seen |= tree.Count > 0;
                await view.ShowAsync(tree);
                await changed.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how one leaves.
        }
    }

    private static async Task<RawObject> FindAsync(
        ApiClient client, ApiConnection connection, ObjectName name, string? @namespace, CancellationToken cancellationToken)
    {
        var resource = await client.Discovery.FindAsync(name.Kind, cancellationToken)
            ?? throw new CommandFailedException($"the cluster does not serve a kind '{name.Kind}'; 'kubectl api-resources' lists what there is");
        var key = new ObjectKey(resource.Namespaced ? @namespace ?? connection.DefaultNamespace : null, name.Name);
        return await client.FindAsync(resource.Resource, key, null, cancellationToken)
            ?? throw new CommandFailedException($"there is no {resource.Type.Kind} {key}");
    }

    /// <summary>Everything that could hang from the object: what is in the cluster, kind by kind, as far as it may be listed.</summary>
    private static async Task<IReadOnlyList<RawObject>> ListAsync(ApiClient client, RawObject root, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, RawObject>(StringComparer.Ordinal) { [root.Uid] = root };
        var catalog = await client.Discovery.GetAsync(cancellationToken);
        var kinds = catalog.Resources.Where(r => r.Verbs.Contains("list") && !LeftOut.Contains(r.Resource.Resource)).DistinctBy(r => (r.Resource.Group, r.Resource.Resource));
        foreach (var resource in kinds)
        {
            try
            {
                await foreach (var page in client.ListPagesAsync(resource.Resource, null, cancellationToken: cancellationToken))
                {
                    foreach (var value in page.Items.Where(o => o.OwnerReferences.Count > 0 || DescribedBy.Of(o) is not null))
                    {
                        found.TryAdd(value.Uid, value);
                    }
                }
            }
            catch (ApiException exception) when (exception.Code is 403 or 404 or 405)
            {
                // Not for this user to see, or gone since it was discovered.
            }
        }

        return [.. found.Values];
    }
}
