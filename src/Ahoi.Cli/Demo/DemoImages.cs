using Ahoi.ControlPlane.Node;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Images.Recipes;

namespace Ahoi.Cli.Demo;

/// <summary>The images that the demo's pods need; they are built where they are not there.</summary>
internal sealed class DemoImages(string folder, TextWriter talk)
{
    private static readonly string[] Names = ["postgres:17", "pgbouncer:1.24"];

    /// <summary>Builds what is missing.</summary>
    /// <returns>Whether all are there.</returns>
    public async Task<bool> PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var store = ImageStore.Open(folder);
            foreach (var name in Names.Where(n => store.List().All(i => i.Name != ImageName.Parse(n))))
            {
                await talk.WriteLineAsync($"ahoi: building the image {name} (about a minute, once)");
                await new ImageBuilder(store, TimeProvider.System).BuildAsync(name, ImageRecipes.Find(name)!, again: false, _ => { }, cancellationToken);
            }

            return true;
        }
        catch (Exception exception) when (exception is MissingToolException or IOException or ImageStoreException)
        {
            await talk.WriteLineAsync($"ahoi: the images cannot be built, and the demo's pods will wait for them: {exception.Message}");
            return false;
        }
    }
}
