using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ahoi.Framework.Hosting;

/// <summary>Adds controllers and what they need to an operator.</summary>
public sealed class AhoiBuilder
{
    internal AhoiBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the services of the application.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a controller: <typeparamref name="TReconciler"/> describes what should be there for each object of
    /// type <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">The type of the objects.</typeparam>
    /// <typeparam name="TReconciler">The reconciler; one instance serves all objects. It may be an
    /// <see cref="IFinalizer{T}"/> too.</typeparam>
    /// <param name="configure">Sets how the controller runs.</param>
    /// <returns>This builder.</returns>
    public AhoiBuilder AddController<T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TReconciler>(
        Action<ControllerOptions>? configure = null)
        where T : class
        where TReconciler : class, IReconciler<T>
    {
        Services.TryAddSingleton<TReconciler>();
        Services.AddSingleton<IControllerSource>(services => new ControllerSource<T>(services.GetRequiredService<TReconciler>(), configure));
        return this;
    }

    /// <summary>Makes the types of a source-generated JSON context known, so that nothing needs reflection.</summary>
    /// <param name="context">The context.</param>
    /// <returns>This builder.</returns>
    public AhoiBuilder AddJson(IJsonTypeInfoResolver context)
    {
        Services.AddSingleton(context);
        return this;
    }

    /// <summary>Makes a family of types known, such as the official client's model classes.</summary>
    /// <param name="codecs">The family.</param>
    /// <returns>This builder.</returns>
    public AhoiBuilder AddCodecs(IObjectCodecSource codecs)
    {
        Services.AddSingleton(codecs);
        return this;
    }
}
