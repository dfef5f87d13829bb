namespace Ahoi.Framework.Scheduling;

/// <summary>How a scheduler places pods.</summary>
public sealed class SchedulerOptions
{
    /// <summary>Gets or sets which pods it places: those that name it as their <c>spec.schedulerName</c>.</summary>
    public required string Name { get; set; }

    /// <summary>Gets what says where a pod cannot run, asked in this order; the first that refuses a node has the last
    /// word.</summary>
    /// <value>The default is <see cref="PodFilters.All"/>.</value>
    public IList<IPodFilter> Filters { get; } = [.. PodFilters.All];

    /// <summary>Gets what says where a pod runs better.</summary>
    /// <value>The default is <see cref="PodScores.Default"/>.</value>
    public IList<WeightedScore> Scores { get; } = [.. PodScores.Default];

    /// <summary>Gets or sets the seed of the choice between nodes with equal scores.</summary>
    /// <value>The default is <see langword="null"/>: the operator's seed.</value>
    public int? Seed { get; set; }

    /// <summary>Gets or sets how long a pod waits after its first failed attempt; the wait doubles with each.</summary>
    /// <value>The default is 1 second.</value>
    public TimeSpan MinBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how long a pod waits between attempts at most.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets after what time a pod is tried again that fits nowhere, although nothing has changed.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan MaxUnschedulable { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Adds a filter that is a function.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="refuse">Gives why the pod cannot run on the node, as the message counts it, or
    /// <see langword="null"/>.</param>
    /// <returns>These options.</returns>
    public SchedulerOptions Filter(string name, Func<PodView, NodeView, string?> refuse)
    {
        ArgumentNullException.ThrowIfNull(refuse);
        Filters.Add(new FunctionFilter(name, refuse));
        return this;
    }

    /// <summary>Adds a score that is a function.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="score">Scores a node; more is better.</param>
    /// <param name="weight">How much it counts beside the others.</param>
    /// <param name="stretched">Whether the scores are stretched to 0 to 100; else they must be within.</param>
    /// <returns>These options.</returns>
    public SchedulerOptions Score(string name, Func<PodView, NodeView, double> score, double weight = 1, bool stretched = true)
    {
        ArgumentNullException.ThrowIfNull(score);
        Scores.Add(new(new FunctionScore(name, score, stretched), weight));
        return this;
    }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        if (MinBackoff <= TimeSpan.Zero || MaxBackoff < MinBackoff)
        {
            throw new InvalidOperationException(
                $"The scheduler {Name} has a {nameof(MinBackoff)} of {MinBackoff} and a {nameof(MaxBackoff)} of {MaxBackoff}; the first must be more than zero and not more than the second.");
        }

        if (MaxUnschedulable <= TimeSpan.Zero)
        {
            throw new InvalidOperationException($"The scheduler {Name} has a {nameof(MaxUnschedulable)} of {MaxUnschedulable}; it must be more than zero.");
        }

        if (Scores.FirstOrDefault(s => !(s.Weight > 0)) is { } weightless)
        {
            throw new InvalidOperationException($"The score {weightless.Score.Name} of the scheduler {Name} has the weight {weightless.Weight}; it must be more than zero.");
        }
    }
}
