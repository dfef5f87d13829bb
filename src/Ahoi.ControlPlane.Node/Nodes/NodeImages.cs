using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Images;

namespace Ahoi.ControlPlane.Node.Nodes;

/// <summary>The images that a node says it has: the largest fifty, as the kubelet reports them.</summary>
internal sealed class NodeImages(Func<IReadOnlyList<StoredImage>> list)
{
    private const int Most = 50;

    /// <summary>Writes them for the node's status.</summary>
    public JsonList Write()
    {
        var images = new JsonList();
        foreach (var image in Read().GroupBy(i => i.Image.Id, StringComparer.Ordinal).Select(g => (Names: g.Select(i => i.Image.Name), g.First().Size)).OrderByDescending(i => i.Size).Take(Most))
        {
            images.Add(new JsonMap { ["names"] = new JsonList(image.Names.Order(StringComparer.Ordinal)), ["sizeBytes"] = image.Size });
        }

        images.Add(new JsonMap { ["names"] = new JsonList { ImageStore.Host.Name } });
        return images;
    }

    /// <summary>Gets whether a node says something else of its images than is so now.</summary>
    public bool HaveChanged(JsonMap node) => !JsonTree.Equals(node.Map("status")?.List("images"), Write());

    private IReadOnlyList<StoredImage> Read()
    {
        try
        {
            return list();
        }
        catch (ImageStoreException)
        {
            return []; // Pods that want one of them say so.
        }
    }
}
