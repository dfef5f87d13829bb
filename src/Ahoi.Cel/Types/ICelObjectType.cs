using System.Diagnostics.CodeAnalysis;

namespace Ahoi.Cel.Types;

/// <summary>An object type: which fields it has. An API schema can be one.</summary>
public interface ICelObjectType
{
    /// <summary>Gets the type's name, as messages show it.</summary>
    string Name { get; }

    /// <summary>Gets the names of the fields as they stand in JSON.</summary>
    IEnumerable<string> FieldNames { get; }

    /// <summary>Gets whether expressions write names that are no identifiers, or reserved, in their escaped form (<see cref="EscapedNames"/>).</summary>
    bool EscapesNames => true;

    /// <summary>Gets the type of a field.</summary>
    /// <param name="name">The name as it stands in JSON; the engine translates escaped names (<see cref="EscapedNames"/>).</param>
    /// <param name="type">The field's type.</param>
    /// <returns>Whether there is such a field.</returns>
    bool TryGetField(string name, [NotNullWhen(true)] out CelType? type);
}
