using System.Reflection;
using Ahoi.Api.Objects;
using k8s.Models;

namespace Ahoi.Models;

/// <summary>What a model class says of the objects it stands for.</summary>
/// <param name="Type">Group, version and kind.</param>
/// <param name="Resource">Where such objects are served.</param>
public sealed record ModelType(GroupVersionKind Type, GroupVersionResource Resource)
{
    /// <summary>Gets what a model class says.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <returns>Its type.</returns>
    /// <exception cref="ArgumentException">The class has no <see cref="KubernetesEntityAttribute"/>.</exception>
    public static ModelType Of<T>() =>
        Find(typeof(T)) ?? throw new ArgumentException($"{typeof(T)} has no {nameof(KubernetesEntityAttribute)}.");

    /// <summary>Gets what a class says.</summary>
    /// <param name="type">The class.</param>
    /// <returns>Its type, or <see langword="null"/> where it is no model of a whole object.</returns>
    public static ModelType? Find(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.GetCustomAttribute<KubernetesEntityAttribute>() is { } entity
            ? new(
                new(entity.Group ?? "", entity.ApiVersion, entity.Kind),
                new(entity.Group ?? "", entity.ApiVersion, entity.PluralName))
            : null;
    }
}
