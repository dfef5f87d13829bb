using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>
/// JSON patch (RFC 6902) with the liberties that Kubernetes' library takes: <c>replace</c> adds a missing key, negative
/// indexes count from the end, a missing value is null, and what precedes a path's first slash is ignored.
/// </summary>
internal static class JsonPatch
{
    private const int MostOperations = 10_000;

    // Copies of copies grow without bounds otherwise.
    private const int MostCopied = 3 * 1024 * 1024;

    /// <summary>Applies a patch.</summary>
    /// <param name="target">The document; not changed.</param>
    /// <param name="patch">The parsed patch.</param>
    /// <returns>The patched document.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 for a malformed patch, 413 for too many operations, 422 for one that cannot be carried out.</exception>
    public static JsonMap Apply(JsonMap target, object? patch) =>
        Apply(target, patch, out var failedTest) ?? throw PatchFailure.Inapplicable($"The test of {failedTest} failed.");

    /// <summary>Applies a patch unless one of its own tests fails.</summary>
    /// <param name="target">The document; not changed.</param>
    /// <param name="patch">The parsed patch.</param>
    /// <returns>The patched document; <see langword="null"/> where a test failed.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">As <see cref="Apply(JsonMap, object?)"/>.</exception>
    public static JsonMap? ApplyIfTested(JsonMap target, object? patch) => Apply(target, patch, out _);

    private static JsonMap? Apply(JsonMap target, object? patch, out string? failedTest)
    {
        ArgumentNullException.ThrowIfNull(target);
        failedTest = null;
        if (patch is not JsonList operations || operations.Any(o => o is not JsonMap))
        {
            throw PatchFailure.Malformed("A JSON patch must be a list of operations.");
        }

        if (operations.Count > MostOperations)
        {
            throw PatchFailure.TooLarge($"A JSON patch may have {MostOperations} operations, this one has {operations.Count}.");
        }

        object document = target.DeepClone();
        var copied = 0L;
        foreach (var operation in operations.Maps)
        {
            if (Apply(document, operation, ref copied) is not { } changed)
            {
                failedTest = operation.Text("path") ?? "";
                return null;
            }

            document = changed;
        }

        return document as JsonMap ?? throw PatchFailure.Inapplicable("The patch leaves no object.");
    }

    /// <returns>The document after the operation; <see langword="null"/> where it was a test that failed.</returns>
    private static object? Apply(object document, JsonMap operation, ref long copiedBytes)
    {
        var path = operation.Text("path");
        var value = operation["value"];
        switch (operation.Text("op"))
        {
            case "add":
                Place(document, path, "add").Add(JsonTree.DeepClone(value));
                break;
            case "replace" when path is "" && value is JsonMap or JsonList:
                return JsonTree.DeepClone(value)!;
            case "replace":
                Place(document, path, "replace").Replace(JsonTree.DeepClone(value));
                break;
            case "remove":
                Place(document, path, "remove").Remove();
                break;
            case "move":
                var from = Place(document, operation.Text("from"), "move");
                var moved = from.Get();
                from.Remove();
                Place(document, path, "move").Add(moved);
                break;
            case "copy":
                var original = Place(document, operation.Text("from"), "copy").Get();
                copiedBytes += JsonTree.ToUtf8(original).Length;
                if (copiedBytes > MostCopied)
                {
                    throw PatchFailure.Inapplicable($"The copy operations of a JSON patch may copy {MostCopied} bytes in all.");
                }

                Place(document, path, "copy").Add(JsonTree.DeepClone(original));
                break;
            case "test":
                return JsonTree.Equals(Place(document, path, "test").Get(), value) ? document : null;
            default:
                throw PatchFailure.Inapplicable($"There is no operation \"{operation.Text("op")}\".");
        }

        return document;
    }

    private static Location Place(object document, string? path, string operation)
    {
        var steps = path?.Split('/') ?? [];
        if (steps.Length < 2)
        {
            throw PatchFailure.Inapplicable($"The {operation} operation lacks a path below the document.");
        }

        object? at = document;
        for (var i = 1; i < steps.Length - 1 && at is not null; i++)
        {
            var step = Unescape(steps[i]);
            at = at switch
            {
                JsonMap map => map[step],
                JsonList list when IndexOf(list, step) is { } index => list[index],
                _ => null,
            };
        }

        return at is JsonMap or JsonList
            ? new(at, Unescape(steps[^1]), path!)
            : throw PatchFailure.Inapplicable($"The {operation} operation does not apply: nothing is at the parent of {path}.");
    }

    private static string Unescape(string step) =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static int? IndexOf(JsonList list, string step)
    {
        if (!int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            return null;
        }

        index += index < 0 ? list.Count : 0;
        return index >= 0 && index < list.Count ? index : null;
    }

    private readonly record struct Location(object Parent, string Key, string Path)
    {
        public object? Get() => Parent is JsonMap map ? map[Key] : ((JsonList)Parent)[Index()];

        public void Add(object? value)
        {
            if (Parent is JsonMap map)
            {
                map[Key] = value;
                return;
            }

            var list = (JsonList)Parent;
            if (Key == "-")
            {
                list.Add(value);
                return;
            }

            // Counted from the end, the place behind the last item is -1.
            if (!int.TryParse(Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            {
                throw Missing();
            }

            index += index < 0 ? list.Count + 1 : 0;
            if (index < 0 || index > list.Count)
            {
                throw Missing();
            }

            list.Insert(index, value);
        }

        public void Replace(object? value)
        {
            if (Parent is JsonMap map)
            {
                map[Key] = value;
                return;
            }

            ((JsonList)Parent)[Index()] = value;
        }

        public void Remove()
        {
            if (Parent is JsonList list)
            {
                list.RemoveAt(Index());
            }
            else if (!((JsonMap)Parent).Remove(Key))
            {
                throw Missing();
            }
        }

        private int Index() => IndexOf((JsonList)Parent, Key) ?? throw Missing();

        private Ahoi.Api.Errors.ApiException Missing() => PatchFailure.Inapplicable($"Nothing is at {Path}.");
    }
}
