using Ahoi.Cel.Types;

namespace Ahoi.Cel.Checking;

/// <summary>Finds what the type parameters of signatures and empty literals stand for.</summary>
internal sealed class TypeSolver
{
    private readonly Dictionary<string, CelType> _bindings = new(StringComparer.Ordinal);
    private readonly Stack<(string Name, CelType? Before)> _bound = [];
    private int _fresh;

    public CelType NewParameter() => CelType.Parameter($"@{_fresh++}");

    public int Save() => _bound.Count;

    public void Restore(int saved)
    {
        while (_bound.Count > saved)
        {
            var (name, before) = _bound.Pop();
            if (before is null)
            {
                _bindings.Remove(name);
            }
            else
            {
                _bindings[name] = before;
            }
        }
    }

    public CelType Instantiate(CelType type, Dictionary<string, CelType> names)
    {
        if (type.Kind == CelTypeKind.Parameter)
        {
            return names.TryGetValue(type.Name, out var fresh) ? fresh : names[type.Name] = NewParameter();
        }

        return type.Parameters.Count == 0 ? type : type.WithParameters([.. type.Parameters.Select(p => Instantiate(p, names))]);
    }

    /// <summary>Replaces what is known; what stays open becomes dyn when <paramref name="close"/> is set.</summary>
    public CelType Resolve(CelType type, bool close = false)
    {
        if (type.Kind == CelTypeKind.Parameter)
        {
            return _bindings.TryGetValue(type.Name, out var bound) ? Resolve(bound, close) : close ? CelType.Dyn : type;
        }

        if (type.Parameters.Count == 0)
        {
            return type;
        }

        var parameters = new CelType[type.Parameters.Count];
        var changed = false;
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = Resolve(type.Parameters[i], close);
            changed |= !ReferenceEquals(parameters[i], type.Parameters[i]);
        }

        return changed ? type.WithParameters(parameters) : type;
    }

    public bool Assignable(CelType formal, CelType actual)
    {
        if (formal.Kind == CelTypeKind.Parameter && _bindings.TryGetValue(formal.Name, out var before) && before.Kind != CelTypeKind.Parameter)
        {
            // What a parameter stands for becomes any type as soon as one value is of any.
            if (!Assignable(before, actual))
            {
                return false;
            }

            if (Shallow(actual).Kind == CelTypeKind.Dyn && before.Kind != CelTypeKind.Dyn)
            {
                _bindings[formal.Name] = CelType.Dyn;
                _bound.Push((formal.Name, before));
            }

            return true;
        }

        formal = Shallow(formal);
        actual = Shallow(actual);
        if (ReferenceEquals(formal, actual))
        {
            return true;
        }

        if (formal.Kind == CelTypeKind.Parameter)
        {
            return Bind(formal, actual);
        }

        if (actual.Kind == CelTypeKind.Parameter)
        {
            return Bind(actual, formal);
        }

        if (formal.Kind == CelTypeKind.Dyn || actual.Kind == CelTypeKind.Dyn)
        {
            return true;
        }

        if (actual.Kind == CelTypeKind.Null || formal.Kind == CelTypeKind.Null)
        {
            var other = actual.Kind == CelTypeKind.Null ? formal : actual;
            return other.Kind is CelTypeKind.Null or CelTypeKind.Object or CelTypeKind.Opaque or CelTypeKind.Timestamp or CelTypeKind.Duration;
        }

        if (formal.Kind != actual.Kind || formal.Parameters.Count != actual.Parameters.Count)
        {
            return false;
        }

        if (formal.Kind == CelTypeKind.Type)
        {
            return true;
        }

        if (formal.Name != actual.Name)
        {
            return false;
        }

        for (var i = 0; i < formal.Parameters.Count; i++)
        {
            if (!Assignable(formal.Parameters[i], actual.Parameters[i]))
            {
                return false;
            }
        }

        return true;
    }

    private CelType Shallow(CelType type)
    {
        while (type.Kind == CelTypeKind.Parameter && _bindings.TryGetValue(type.Name, out var bound))
        {
            type = bound;
        }

        return type;
    }

    private bool Bind(CelType parameter, CelType type)
    {
        if (type.Equals(parameter))
        {
            return true;
        }

        if (Mentions(type, parameter.Name))
        {
            return false;
        }

        _bindings.Add(parameter.Name, type);
        _bound.Push((parameter.Name, null));
        return true;
    }

    private bool Mentions(CelType type, string name)
    {
        type = Shallow(type);
        return type.Kind == CelTypeKind.Parameter ? type.Name == name : type.Parameters.Any(p => Mentions(p, name));
    }
}
