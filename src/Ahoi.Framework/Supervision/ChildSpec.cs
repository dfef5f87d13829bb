namespace Ahoi.Framework.Supervision;

/// <summary>
/// How a supervisor starts, restarts and stops one child. Names and defaults are those of Elixir's
/// <c>Supervisor</c> child specifications.
/// </summary>
public sealed record ChildSpec
{
    /// <summary>The shutdown time of workers that name none: 5 seconds.</summary>
    public static readonly TimeSpan DefaultShutdown = TimeSpan.FromSeconds(5);

    /// <summary>Gets what tells the child from its siblings.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Gets what starts the child. It returns once the child is initialised and works on its own from then on;
    /// <see langword="null"/> says that there is nothing to run (OTP's <c>ignore</c>). The token is cancelled when the
    /// supervisor is stopped meanwhile.
    /// </summary>
    public required Func<CancellationToken, ValueTask<IRunningChild?>> Start { get; init; }

    /// <summary>Gets when the child is started again after it ended.</summary>
    /// <value>The default is <see cref="RestartPolicy.Permanent"/>.</value>
    public RestartPolicy Restart { get; init; } = RestartPolicy.Permanent;

    /// <summary>
    /// Gets how long the child may take to stop after it was asked to, before it is killed:
    /// <see cref="TimeSpan.Zero"/> kills at once (OTP's <c>brutal_kill</c>), <see cref="Timeout.InfiniteTimeSpan"/> waits.
    /// </summary>
    /// <value>The default is 5 seconds for a worker and infinite for a supervisor.</value>
    public TimeSpan Shutdown
    {
        get => field >= TimeSpan.Zero || field == Timeout.InfiniteTimeSpan
            ? field
            : Type == ChildType.Supervisor ? Timeout.InfiniteTimeSpan : DefaultShutdown;
        init;
    } = TimeSpan.MinValue;

    /// <summary>Gets whether the child is a worker or a supervisor itself.</summary>
    /// <value>The default is <see cref="ChildType.Worker"/>.</value>
    public ChildType Type { get; init; }

    /// <summary>Makes the specification of a worker that runs until <paramref name="run"/> returns, throws or sees its token cancelled.</summary>
    /// <param name="id">What tells the child from its siblings.</param>
    /// <param name="run">The work. A return is a normal exit, an exception an abnormal one, a cancellation that was asked for a shutdown.</param>
    /// <returns>The specification; change it with a <c>with</c> expression.</returns>
    public static ChildSpec Worker(string id, Func<CancellationToken, Task> run) => new()
    {
        Id = id,
        Start = _ => ValueTask.FromResult<IRunningChild?>(TaskChild.Run(run)),
    };

    /// <summary>Makes the specification of a supervisor below a supervisor.</summary>
    /// <param name="id">What tells the child from its siblings.</param>
    /// <param name="options">The supervisor's strategy and restart intensity.</param>
    /// <param name="children">What it starts with, in this order.</param>
    /// <returns>The specification; change it with a <c>with</c> expression.</returns>
    public static ChildSpec Supervisor(string id, SupervisorOptions options, params IReadOnlyList<ChildSpec> children) => new()
    {
        Id = id,
        Type = ChildType.Supervisor,
        Start = async cancellationToken =>
            await Supervision.Supervisor.StartAsync(options, children, cancellationToken).ConfigureAwait(false),
    };
}
