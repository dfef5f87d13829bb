using System.Diagnostics.CodeAnalysis;
using Ahoi.Cel.Types;

namespace Ahoi.Cel;

/// <summary>
/// Named expressions that the ones after them, and expressions compiled in <see cref="Environment"/>, may use as
/// <c>variables.name</c>. Immutable and safe for concurrent use.
/// </summary>
public sealed class CelComposition
{
    private readonly Dictionary<string, (CelProgram? Program, string? Fault)> _variables = new(StringComparer.Ordinal);
    private readonly List<string?> _faults = [];

    /// <summary>Compiles the expressions. One that does not compile makes those fail that use it.</summary>
    /// <param name="environment">What they may refer to beside each other.</param>
    /// <param name="expressions">The names and expressions.</param>
    public CelComposition(CelEnvironment environment, IEnumerable<KeyValuePair<string, string>> expressions)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(expressions);
        Environment = environment;
        VariableTypes? types = null;
        foreach (var (name, text) in expressions)
        {
            if (types is null)
            {
                types = new();
                Environment = environment.With("variables", CelType.Object(types));
            }

            try
            {
                var program = Environment.Compile(text);
                _variables[name] = (program, null);
                _faults.Add(null);
                types.Fields[name] = Known(program.ResultType);
            }
            catch (CelException exception)
            {
                _variables[name] = (null, exception.Message);
                _faults.Add(exception.Message);
                types.Fields[name] = CelType.Dyn;
            }
        }
    }

    /// <summary>Gets the environment of expressions that use the variables.</summary>
    public CelEnvironment Environment { get; }

    /// <summary>Gets what is wrong with each expression, in their order; <see langword="null"/> where nothing is.</summary>
    public IReadOnlyList<string?> Faults => _faults;

    internal (CelProgram? Program, string? Fault) Find(string name) => _variables.GetValueOrDefault(name);

    internal IEnumerable<string> Names => _variables.Keys;

    // Types that an expression has declared itself are not known outside of it.
    private static CelType Known(CelType type) => type.Kind switch
    {
        CelTypeKind.Bool or CelTypeKind.Int or CelTypeKind.Uint or CelTypeKind.Double or CelTypeKind.String or CelTypeKind.Bytes
            or CelTypeKind.Timestamp or CelTypeKind.Duration => type.WithMaxSize(null),
        CelTypeKind.List => CelType.List(Known(type.Parameters[0])),
        CelTypeKind.Map => CelType.Map(Known(type.Parameters[0]), Known(type.Parameters[1])),
        _ => CelType.Dyn,
    };

    private sealed class VariableTypes : ICelObjectType
    {
        public Dictionary<string, CelType> Fields { get; } = new(StringComparer.Ordinal);

        public string Name => "kubernetes.variables";

        public IEnumerable<string> FieldNames => Fields.Keys;

        public bool EscapesNames => false;

        public bool TryGetField(string name, [NotNullWhen(true)] out CelType? type) => Fields.TryGetValue(name, out type);
    }
}
