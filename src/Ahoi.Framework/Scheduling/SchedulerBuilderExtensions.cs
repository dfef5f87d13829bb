using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Scheduling;

/// <summary>Adds schedulers of pods to an operator.</summary>
public static class SchedulerBuilderExtensions
{
    /// <summary>Adds a scheduler: it gives each pod that names it in <c>spec.schedulerName</c> the node that suits it best. With
    /// leadership, the replica that leads does so.</summary>
    /// <param name="builder">The operator.</param>
    /// <param name="name">The scheduler's name.</param>
    /// <param name="configure">Sets how it places pods.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Options that cannot work.</exception>
    public static AhoiBuilder AddScheduler(this AhoiBuilder builder, string name, Action<SchedulerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var options = new SchedulerOptions { Name = name };
        configure?.Invoke(options);
        options.Validate();
        builder.Services.AddSingleton<IOperatorWork>(_ => new PodScheduler(options));
        return builder;
    }
}
