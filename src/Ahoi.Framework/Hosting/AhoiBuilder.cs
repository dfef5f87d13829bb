using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Periodic;
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
        Services.AddSingleton<IControllerSource>(services => new ControllerSource<T>(
            services.GetRequiredService<TReconciler>(), configure, services, [.. services.GetServices<IReconcileStep>()]));
        return this;
    }

    /// <summary>Adds a controller whose reconciler is a function.</summary>
    /// <typeparam name="T">The type of the objects.</typeparam>
    /// <param name="reconcile">Describes what should be there for an object.</param>
    /// <param name="configure">Sets how the controller runs.</param>
    /// <returns>This builder.</returns>
    public AhoiBuilder AddController<T>(
        Func<T, ReconcileContext, CancellationToken, ValueTask<Description>> reconcile, Action<ControllerOptions>? configure = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(reconcile);
        Services.AddSingleton<IControllerSource>(services => new ControllerSource<T>(
            new FunctionReconciler<T>(reconcile), configure, services, [.. services.GetServices<IReconcileStep>()]));
        return this;
    }

    /// <summary>Adds something that is done from time to time, by the replica that leads unless the options say
    /// otherwise.</summary>
    /// <typeparam name="TTask">The task; one instance serves all runs.</typeparam>
    /// <param name="name">Its name, for logs and metrics.</param>
    /// <param name="configure">Sets when it runs.</param>
    /// <returns>This builder.</returns>
    public AhoiBuilder AddPeriodicTask<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTask>(
        string name, Action<PeriodicTaskOptions>? configure = null)
        where TTask : class, IPeriodicTask
    {
        Services.TryAddSingleton<TTask>();
        Services.AddSingleton(services => PeriodicTaskDefinition.Create(name, services.GetRequiredService<TTask>().RunAsync, configure));
        return this;
    }

    /// <summary>Adds a function that is called from time to time.</summary>
    /// <param name="name">The task's name, for logs and metrics.</param>
    /// <param name="run">Does it once.</param>
    /// <param name="configure">Sets when it runs.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    public AhoiBuilder AddPeriodicTask(
        string name, Func<PeriodicTaskContext, CancellationToken, ValueTask> run, Action<PeriodicTaskOptions>? configure = null)
    {
        Services.AddSingleton(PeriodicTaskDefinition.Create(name, run, configure));
        return this;
    }

    /// <summary>Puts a step around the reconciles of all controllers, inside of the steps that were added before and around
    /// those of the controllers.</summary>
    /// <param name="step">The step.</param>
    /// <returns>This builder.</returns>
    public AhoiBuilder Use(IReconcileStep step)
    {
        Services.AddSingleton(step);
        return this;
    }

    /// <summary>Puts a step around the reconciles of all controllers that comes from the application's services.</summary>
    /// <typeparam name="TStep">The step's type.</typeparam>
    /// <returns>This builder.</returns>
    public AhoiBuilder Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>()
        where TStep : class, IReconcileStep
    {
        Services.AddSingleton<IReconcileStep, TStep>();
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

    /// <summary>Adds an object that the operator needs in the cluster besides the definitions of its kinds, such as an
    /// admission policy. It is applied when the operator starts, where <see cref="AhoiOptions.InstallDefinitions"/> says
    /// so, and kept when it stops.</summary>
    /// <param name="manifest">The object.</param>
    /// <returns>This builder.</returns>
    public AhoiBuilder AddManifest(OperatorManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        Services.AddSingleton(manifest);
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
