namespace Ahoi.Framework.Definitions;

/// <summary>A list of scalars in which each occurs once, and of which several managers can own items.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListSetAttribute : Attribute;

/// <summary>A list or an object that one manager owns as a whole.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtomicAttribute : Attribute;

/// <summary>A value that cannot be changed once it is set.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class ImmutableAttribute : Attribute;

/// <summary>An object in which fields the type does not know are kept.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class PreserveUnknownFieldsAttribute : Attribute;

/// <summary>A value that is an integer or a string.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IntOrStringAttribute : Attribute;

/// <summary>A value that may be null on the wire.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NullableFieldAttribute : Attribute;

/// <summary>An object of any kind, with <c>apiVersion</c>, <c>kind</c> and <c>metadata</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EmbeddedObjectAttribute : Attribute;

/// <summary>A field that field selectors know.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SelectableFieldAttribute : Attribute;
