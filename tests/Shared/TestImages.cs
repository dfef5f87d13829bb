using System.Diagnostics.CodeAnalysis;
using Ahoi.ControlPlane.Node;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Images.Recipes;

namespace Ahoi.Tests.Shared;

/// <summary>
/// Images of Debian packages, which are built once and kept below <c>artifacts/</c>: the first time takes half a minute. Tests
/// that need them are skipped where the machine cannot build them.
/// </summary>
internal static class TestImages
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Gets a store that has <c>postgres:17</c> and <c>pgbouncer:1.24</c>.</summary>
    public static Task<ImageStore> PostgresAsync() => StoreAsync("postgres:17", "pgbouncer:1.24");

    /// <summary>Gets a store that has images of these recipes.</summary>
    public static async Task<ImageStore> StoreAsync(params string[] recipes)
    {
        var store = ImageStore.Open(Folder());
        foreach (var recipe in recipes)
        {
            await BuildAsync(store, ImageRecipes.Find(recipe)!);
        }

        return store;
    }

    private static string Folder()
    {
        // artifacts/bin/PROJECT/CONFIGURATION
        var artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../.."));
        return Path.Combine(artifacts, "images");
    }

    private static async Task BuildAsync(ImageStore store, ImageRecipe recipe)
    {
        var known = store.List().Any(i => i.Name == ImageName.Parse(recipe.Name));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            if (!known)
            {
                await ReachMirrorAsync(recipe, limit.Token);
            }

            // Where it is there from before, this looks whether the recipe is still the same.
            await new ImageBuilder(store, TimeProvider.System).BuildAsync(recipe.Name, recipe, again: false, TestContext.Current.SendDiagnosticMessage, limit.Token);
        }
        catch (MissingToolException exception)
        {
            Assert.Skip(exception.Message);
        }
    }

    private static async Task ReachMirrorAsync(ImageRecipe recipe, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
        var file = $"{recipe.Mirror}/dists/{recipe.Suite}/Release";
        try
        {
            using var answer = await client.GetAsync(new Uri(file), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            SkipUnless(answer.IsSuccessStatusCode, $"{file} answers {(int)answer.StatusCode}: there is no mirror to build images from.");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            SkipUnless(false, $"{file} cannot be reached, and images cannot be built without: {exception.Message}");
        }
    }

    private static void SkipUnless([DoesNotReturnIf(false)] bool holds, string reason)
    {
        if (!holds)
        {
            Assert.Skip(reason);
        }
    }
}
