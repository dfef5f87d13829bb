using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Images.Recipes;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi image</c>: the images that the local cluster's nodes run.</summary>
internal static class ImageCommand
{
    public static Command Create() => new("image", "Build, import, list and remove the images that local nodes run.")
    {
        Build(), Import(), List(), Remove(),
    };

    private static Command Build()
    {
        var images = new ImageFolderOption();
        var name = NameArgument("The image's name.");
        var from = new Option<string?>("--from") { Description = $"The recipe to begin with (default: the one of the image's name): {RecipeNames()}.", HelpName = "RECIPE" };
        var suite = new Option<string?>("--suite") { Description = "Without a recipe: the release of Debian.", HelpName = "SUITE" };
        var packages = new Option<string[]>("--package") { Description = "One more Debian package; may be given several times.", HelpName = "NAME" };
        var mirror = new Option<string?>("--mirror") { Description = $"Where packages come from (default: {ImageRecipe.DefaultMirror}).", HelpName = "URL" };
        var again = new Option<bool>("--no-cache") { Description = "Build it although there is one of the same packages: with their newest versions." };
        var command = new Command("build", "Build an image of Debian packages.") { name, from, suite, packages, mirror, again };
        images.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) is not null && result.GetValue(suite) is not null)
            {
                result.AddError("--from takes the release of Debian from a recipe, and --suite says which; give one of them.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, images, async (store, talk) =>
        {
            var wanted = parsed.GetValue(name)!;
            var recipe = Recipe(wanted, parsed.GetValue(from), parsed.GetValue(suite));
            recipe = recipe with
            {
                Packages = [.. recipe.Packages, .. parsed.GetValue(packages) ?? []],
                Mirror = parsed.GetValue(mirror)?.TrimEnd('/') ?? recipe.Mirror,
            };
            var built = await new ImageBuilder(store, TimeProvider.System).BuildAsync(wanted, recipe, parsed.GetValue(again), talk, cancellationToken);
            return $"built {built.Name.ToShortString()}, {Size(built.Size)}";
        }, cancellationToken));
        return command;
    }

    private static Command Import()
    {
        var images = new ImageFolderOption();
        var name = NameArgument("The image's name.");
        var path = new Argument<string>("FILE") { Description = "A tar of a root filesystem, an OCI image layout (folder or tar), or what 'docker save' wrote." };
        var command = new Command("import", "Take over an image from a file or a folder.") { name, path };
        images.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, images, async (store, talk) =>
        {
            var imported = await new ImageImporter(store, TimeProvider.System).ImportAsync(parsed.GetValue(name)!, parsed.GetValue(path)!, talk, cancellationToken);
            return $"imported {imported.Name.ToShortString()}, {Size(imported.Size)}";
        }, cancellationToken));
        return command;
    }

    private static Command List()
    {
        var images = new ImageFolderOption();
        var form = new Option<string>("--output", "-o") { Description = "How to print it: text or json.", DefaultValueFactory = _ => "text" };
        form.AcceptOnlyFromAmong("text", "json");
        var command = new Command("ls", "List the images.") { form };
        images.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, images, async (store, _) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var all = store.List();
            if (parsed.GetValue(form) == "json")
            {
                await output.WriteLineAsync(new JsonMap { ["images"] = new JsonList(all.Select(Json)) }.ToString());
                return null;
            }

            await WriteTableAsync(all, output);
            return all.Count > 0 ? null : $"there are no images in {store.Folder} yet; 'ahoi image build NAME' builds {RecipeNames()}";
        }, cancellationToken));
        return command;
    }

    private static Command Remove()
    {
        var images = new ImageFolderOption();
        var names = new Argument<string[]>("NAME") { Description = "The images' names.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("rm", "Remove images. Their files go once no running cluster uses them.") { names };
        images.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, images, (store, _) =>
        {
            var missing = parsed.GetValue(names)!.Where(n => !store.Remove(n)).ToList();
            return missing.Count == 0
                ? Task.FromResult<string?>(null)
                : throw new CommandFailedException($"there is no image {string.Join(", ", missing)} in {store.Folder}; 'ahoi image ls' lists what there is");
        }, cancellationToken));
        return command;
    }

    private static Argument<string> NameArgument(string description) => new("NAME") { Description = description };

    private static ImageRecipe Recipe(string name, string? from, string? suite)
    {
        if (suite is not null)
        {
            return new() { Name = name, Suite = suite, Config = ImageRecipes.All[0].Config };
        }

        return ImageRecipes.Find(from ?? name)
            ?? throw new CommandFailedException($"there is no recipe '{from ?? name}'; there is {RecipeNames()}. Name one with --from, or a release of Debian with --suite", ExitCodes.Usage);
    }

    private static string RecipeNames() => string.Join(", ", ImageRecipes.All.Select(r => r.Name));

    /// <summary>Does something with the store; what it returns is told when it is done.</summary>
    private static async Task<int> RunAsync(ParseResult parsed, ImageFolderOption images, Func<ImageStore, Action<string>, Task<string?>> action, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var error = TextWriter.Synchronized(parsed.InvocationConfiguration.Error);
        try
        {
            using var store = ImageStore.Open(images.Read(parsed));
            if (await action(store, Talk) is { } done)
            {
                await error.WriteLineAsync($"ahoi: {done}");
            }

            return ExitCodes.Ok;
        }
        catch (InvalidImageNameException exception)
        {
            throw new CommandFailedException(exception.Message, ExitCodes.Usage);
        }
        catch (MissingToolException exception)
        {
            throw new CommandFailedException(exception.Message, ExitCodes.PrerequisiteMissing);
        }
        catch (ImageStoreException exception)
        {
            throw new CommandFailedException(exception.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException("interrupted; nothing was stored");
        }

        void Talk(string line) => error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ahoi: {Stopwatch.GetElapsedTime(started).TotalSeconds,3:0} s  {line}"));
    }

    private static async Task WriteTableAsync(IReadOnlyList<StoredImage> images, TextWriter output)
    {
        List<string[]> rows = [["NAME", "ID", "SIZE", "CREATED", "SOURCE"]];
        rows.AddRange(images.Select(i => new[]
        {
            i.Name.ToShortString(), ShortId(i.Image.Id), Size(i.Size), i.Created.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture), i.Source,
        }));
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
        {
            await output.WriteLineAsync(string.Join("   ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
        }
    }

    private static JsonMap Json(StoredImage image) => new()
    {
        ["name"] = image.Name.ToString(),
        ["id"] = image.Image.Id,
        ["size"] = image.Size,
        ["created"] = image.Created.ToString("O", CultureInfo.InvariantCulture),
        ["source"] = image.Source,
        ["root"] = image.Image.RootFolder,
        ["config"] = new JsonMap
        {
            ["entrypoint"] = new JsonList(image.Image.Config.Entrypoint),
            ["cmd"] = new JsonList(image.Image.Config.Cmd),
            ["env"] = new JsonList(image.Image.Config.Env),
            ["workingDir"] = image.Image.Config.WorkingDir,
            ["user"] = image.Image.Config.User,
            ["stopSignal"] = image.Image.Config.StopSignal,
        },
    };

    private static string ShortId(string id) => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..][..12];

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
    };
}
