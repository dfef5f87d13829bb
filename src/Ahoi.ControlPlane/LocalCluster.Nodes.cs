using System.Globalization;
using System.Net;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Node;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Network;

namespace Ahoi.ControlPlane;

/// <content>The nodes, and the network between their pods.</content>
public sealed partial class LocalCluster
{
    private readonly List<LocalNode> _nodes = [];
    private NodeNetwork? _network;
    private ImageStore? _images;
    private string? _nodeFolder;

    /// <summary>Gets where Ingresses are served over HTTP, or <see langword="null"/>.</summary>
    public Uri? IngressHttp => _network?.IngressHttp;

    /// <summary>Gets where Ingresses are served over TLS, or <see langword="null"/>.</summary>
    public Uri? IngressHttps => _network?.IngressHttps;

    /// <summary>Gets the folders of the nodes: each pod has a folder of its own in one of them, named by its uid.</summary>
    public IReadOnlyList<string> NodeFolders => [.. _nodes.Select(n => n.Folder)];

    private LocalNode? FindNode(string name) => _nodes.Find(n => n.Name == name);

    private async Task StartNodesAsync(LocalClusterOptions options, DataFolder? data, CancellationToken cancellationToken)
    {
        if (options.Nodes == 0)
        {
            return;
        }

        if (options.Controllers)
        {
            // Pods are refused before their namespace has its account; whoever starts a cluster need not mind.
            using var client = new ApiClient(Connect());
            await client.WaitUntilAsync(new("", "v1", "serviceaccounts"), new("default", "default"), a => a is not null, TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
        }

        if (options.LoopbackNetwork)
        {
            _network = await StartNetworkAsync(options, cancellationToken).ConfigureAwait(false);
        }

        // Without a data folder, pods' files are as temporary as the cluster.
        var folder = data?.Path ?? (_nodeFolder = Directory.CreateTempSubdirectory("ahoi-").FullName);
        var volumes = Directory.CreateDirectory(Path.Combine(folder, "volumes")).FullName;
        _images = options.ImageFolder is { } images ? OpenImages(images) : null;
        for (var i = 0; i < options.Nodes; i++)
        {
            var name = options.Nodes == 1 ? "ahoi" : string.Create(CultureInfo.InvariantCulture, $"ahoi-{i + 1}");
            _nodes.Add(await StartNodeAsync(
                new()
                {
                    Name = name,
                    Pods = _place?.PodsOf(i) ?? LoopbackPlace.UnclaimedPodsOf(i),
                    Folder = Path.Combine(folder, "nodes", name),
                    FindImage = FindImage,
                    ListImages = () => _images?.List() ?? [],
                    VolumeFolder = volumes,
                    ProvisionsVolumes = i == 0,
                    Hidden =
                    [
                        folder,
                        .. _images is { } store ? [store.Folder] : Array.Empty<string>(),
                        .. options.KubeconfigFile is { } file ? [Path.GetFullPath(file)] : Array.Empty<string>(),
                        .. options.TokenAuthFile is { } users ? [Path.GetFullPath(users)] : Array.Empty<string>(),
                    ],
                    HostPaths = options.HostPaths,
                    Names = _network?.Names,
                    Time = options.Time,
                    Loggers = options.Loggers,
                },
                cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task StopNodesAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask())).ConfigureAwait(false);
        if (_network is not null)
        {
            await _network.DisposeAsync().ConfigureAwait(false);
        }

        _images?.Dispose();
    }

    private void RemoveNodeFolder()
    {
        if (_nodeFolder is not null && Directory.Exists(_nodeFolder))
        {
            LocalNode.DeleteFolder(_nodeFolder);
        }
    }

    private async Task<NodeNetwork> StartNetworkAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        var network = new NodeNetworkOptions { IngressHttp = options.IngressHttp, IngressHttps = options.IngressHttps, Time = options.Time, Loggers = options.Loggers };
        try
        {
            return await NodeNetwork.StartAsync(Connect(), network, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            var taken = new[] { options.IngressHttp, options.IngressHttps }.OfType<IPEndPoint>().Where(e => e.Port != 0).Select(e => (Endpoint: e, Holder: PortHolder.Find(e.Port))).FirstOrDefault(e => e.Holder is not null);
            throw new LocalClusterException(
                taken.Holder is null ? $"Ingresses cannot be served: {exception.Message}" : $"The port {taken.Endpoint.Port} for Ingresses is in use by {taken.Holder}. Stop it, or choose another.",
                exception);
        }
    }

    private async Task<LocalNode> StartNodeAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await LocalNode.StartAsync(Connect(), options, cancellationToken).ConfigureAwait(false);
        }
        catch (MissingToolException exception)
        {
            throw new LocalClusterException(exception.Message, exception) { IsMissingPrerequisite = true };
        }
    }

    private Image? FindImage(string name) =>
        _images is not null ? _images.Find(name) : ImageName.Parse(name).IsHost ? ImageStore.Host : null;

    private static ImageStore OpenImages(string folder)
    {
        try
        {
            return ImageStore.Open(folder);
        }
        catch (ImageStoreException exception)
        {
            throw new LocalClusterException(exception.Message, exception);
        }
    }
}
