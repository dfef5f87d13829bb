using System.Diagnostics.CodeAnalysis;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Types;

/// <summary>
/// The types that expressions of mutations make values of: <c>Object</c> and, named by the path of the field they are
/// for, <c>Object.spec.template</c> and so on, with any fields; and <c>JSONPatch</c>, one operation.
/// </summary>
internal static class PatchTypes
{
    public static readonly ICelObjectType Root = new PathType("Object");
    public static readonly ICelObjectType Operation = new JsonPatchType();

    public static ICelObjectType? Find(string name) =>
        name == Operation.Name ? Operation
        : name == Root.Name ? Root
        : name.StartsWith("Object.", StringComparison.Ordinal) ? new PathType(name)
        : null;

    /// <summary>Finds values whose type is not named by the place they stand at.</summary>
    /// <param name="value">What an expression gave.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static string? FindMismatch(object? value)
    {
        var faults = new List<string>();
        Check(value, null, faults);
        return faults.Count == 0 ? null : $"type mismatch: {string.Join('\n', faults)}";
    }

    private static void Check(object? value, string? path, List<string> faults)
    {
        Effort.Spend(1);
        switch (value)
        {
            case CelObject { Fields: PathType type } made:
                if (path is not null && path != type.Name)
                {
                    faults.Add($"unexpected type name \"{type.Name}\", expected \"{path}\", which matches field name path from root Object type");
                }

                foreach (var (name, field) in made.Values)
                {
                    Check(field, $"{path ?? type.Name}.{name}", faults);
                }

                break;
            case CelObject operation:
                foreach (var (_, field) in operation.Values)
                {
                    Check(field, null, faults);
                }

                break;
            case CelArray list:
                foreach (var item in list.Storage)
                {
                    Check(item, path, faults);
                }

                break;
            case CelDictionary map:
                foreach (var key in map.Keys)
                {
                    Check(map.TryGet(key, out var item) ? item : null, path, faults);
                }

                break;
            case CelOptional { HasValue: true } optional:
                Check(optional.Value, path, faults);
                break;
        }
    }

    private sealed class PathType(string name) : ICelObjectType
    {
        public string Name => name;

        public IEnumerable<string> FieldNames => [];

        public bool EscapesNames => false;

        public bool TryGetField(string name, [NotNullWhen(true)] out CelType? type)
        {
            type = CelType.Dyn;
            return true;
        }
    }

    private sealed class JsonPatchType : ICelObjectType
    {
        public string Name => "JSONPatch";

        public IEnumerable<string> FieldNames => ["op", "from", "path", "value"];

        public bool EscapesNames => false;

        public bool TryGetField(string name, [NotNullWhen(true)] out CelType? type)
        {
            type = name switch
            {
                "op" or "from" or "path" => CelType.String,
                "value" => CelType.Dyn,
                _ => null,
            };
            return type is not null;
        }
    }
}
