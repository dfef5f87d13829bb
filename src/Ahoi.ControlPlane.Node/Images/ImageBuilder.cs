using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ahoi.ControlPlane.Node.Images.Files;
using Ahoi.ControlPlane.Node.Images.Recipes;
using Ahoi.ControlPlane.Node.Images.Storage;

namespace Ahoi.ControlPlane.Node.Images;

/// <summary>Builds images from recipes into a store.</summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
public sealed partial class ImageBuilder(ImageStore store, TimeProvider time)
{
    /// <summary>Builds an image. What was built from the same packages before, under whatever name, is used again; two
    /// processes that build the same do it once.</summary>
    /// <param name="name">The image's name; one that is there is replaced.</param>
    /// <param name="recipe">What it is made of.</param>
    /// <param name="again">Whether to build although the store has it: with the packages as they are now.</param>
    /// <param name="progress">Is told what is being done, a line each.</param>
    /// <param name="cancellationToken">Gives up; what was begun is removed.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InvalidImageNameException">The name is none.</exception>
    /// <exception cref="MissingToolException">The machine lacks what builds images.</exception>
    /// <exception cref="ImageStoreException">It cannot be built; the message says why.</exception>
    public async Task<StoredImage> BuildAsync(string name, ImageRecipe recipe, bool again, Action<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(progress);
        var full = ImageName.Parse(name);
        ImageStore.CheckNew(full);
        recipe.Check();
        var key = Key(recipe);
        using var work = store.Files.NewWork();
        using (await FileLock.TakeAsync(store.Files.NamedLock(key), () => progress("waiting for somebody who builds the same"), cancellationToken).ConfigureAwait(false))
        {
            var (root, entry, files) = !again && Built(key) is var (known, size)
                ? (known, new RootEntry(size, key), null)
                : await BuildRootAsync(recipe, key, work, progress, cancellationToken).ConfigureAwait(false);
            var id = "sha256:" + Hash(root + JsonSerializer.Serialize(recipe.Config, RecipeJson.Default.ImageConfig));
            store.Add(full, new(id, root, recipe.Config, time.GetUtcNow(), $"recipe {recipe.Name}"), entry, files);
        }

        return store.List().First(i => i.Name == full);
    }

    private (string Root, long Size)? Built(string key) =>
        store.Files.Read().Roots.Where(r => r.Value.Recipe == key && Directory.Exists(store.Files.RootFolder(r.Key)))
            .Select(r => ((string, long)?)(r.Key, r.Value.Size)).FirstOrDefault();

    private async Task<(string Root, RootEntry Entry, WorkFolder? Files)> BuildRootAsync(ImageRecipe recipe, string key, WorkFolder work, Action<string> progress, CancellationToken cancellationToken)
    {
        var writer = new RootWriter(work.RootFolder);
        var scratch = Directory.CreateDirectory(Path.Combine(work.Path, "scratch")).FullName;
        var digest = "";
        await Mmdebstrap.RunAsync(recipe, scratch, progress, Unpack, time, cancellationToken).ConfigureAwait(false);
        FolderRemoval.Remove(scratch);
        Finish(recipe, work.RootFolder, writer);
        return (Hash(digest + key), new(writer.Written, key), work);

        void Unpack(Stream tar)
        {
            using var hashed = new HashedStream(tar, HashAlgorithmName.SHA256);
            TarExtraction.Unpack(hashed, "mmdebstrap's output", writer, isLayer: false, file => !recipe.Dropped.Any(d => IsBelow(file, d)), cancellationToken);
            digest = hashed.Digest();
        }
    }

    private static void Finish(ImageRecipe recipe, string root, RootWriter writer)
    {
        foreach (var (file, number) in recipe.Accounts.SelectMany(a => new[] { ("passwd", a), ("group", a) }).Select(a => (a.Item1, a.a)))
        {
            AccountFiles.Renumber(Path.Combine(root, "etc", file), number.Key, number.Value);
        }

        foreach (var (path, content) in recipe.Files)
        {
            var mode = content.StartsWith("#!", StringComparison.Ordinal) ? 0x1ED : 0x1A4; // rwxr-xr-x, rw-r--r--
            writer.Regular(path, (UnixFileMode)mode, null, new MemoryStream(Encoding.UTF8.GetBytes(content)));
        }

        RootPlaces.Prepare(root);
    }

    private static bool IsBelow(string file, string folder) =>
        file.StartsWith(folder, StringComparison.Ordinal) && (file.Length == folder.Length || file[folder.Length] == '/');

    /// <summary>Tells root filesystems of the same making from others; names and configs make no difference.</summary>
    private static string Key(ImageRecipe recipe)
    {
        var made = recipe with { Name = "", Description = "", Config = new(), Packages = [.. recipe.Packages.Distinct().Order(StringComparer.Ordinal)] };
        return Hash(JsonSerializer.Serialize(made, RecipeJson.Default.ImageRecipe));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [JsonSerializable(typeof(ImageRecipe))]
    [JsonSerializable(typeof(ImageConfig))]
    private sealed partial class RecipeJson : JsonSerializerContext;
}
