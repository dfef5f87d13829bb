namespace Ahoi.Framework.Periodic;

/// <summary>A periodic task as it was registered.</summary>
internal sealed record PeriodicTaskDefinition(string Name, Func<PeriodicTaskContext, CancellationToken, ValueTask> Run, PeriodicTaskOptions Options)
{
    /// <summary>Makes a definition of settings that can work.</summary>
    /// <exception cref="ArgumentException">They cannot; the message names task and setting.</exception>
    public static PeriodicTaskDefinition Create(string name, Func<PeriodicTaskContext, CancellationToken, ValueTask> run, Action<PeriodicTaskOptions>? configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        var options = new PeriodicTaskOptions();
        configure?.Invoke(options);
        return options.Faults().ToArray() is { Length: > 0 } faults
            ? throw new ArgumentException($"The options of the periodic task {name} are wrong: {string.Join("; ", faults)}.", nameof(configure))
            : new(name, run, options);
    }
}
