using System.Diagnostics.CodeAnalysis;
using Ahoi.Api.Objects;
using Ahoi.Framework.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Controllers;

/// <summary>How a controller runs.</summary>
public sealed class ControllerOptions
{
    private readonly List<OwnedKind> _owned = [];
    private readonly List<WatchedKind> _watched = [];
    private readonly List<AccessRule> _rules = [];
    private readonly List<Func<ResourceChange, bool>> _predicates = [];
    private readonly List<Func<IServiceProvider, IReconcileStep>> _steps = [];
    private readonly List<Action<ObjectKey>> _gone = [];

    /// <summary>Gets or sets the controller's name: part of its field manager, of metrics and of logs.</summary>
    /// <value>The default is the kind in lower case.</value>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the kind of the reconciled objects; only needed where the type does not say it.</summary>
    public GroupVersionKind? Kind { get; set; }

    /// <summary>Gets or sets the field manager of the controller's writes. Changing it later orphans what the former one
    /// owns.</summary>
    /// <value>The default is <c>OPERATOR/NAME</c>.</value>
    public string? FieldManager { get; set; }

    /// <summary>Gets or sets the name of the finalizer, where the reconciler is an <see cref="IFinalizer{T}"/>.</summary>
    /// <value>The default is <c>GROUP/NAME</c>.</value>
    public string? FinalizerName { get; set; }

    /// <summary>Gets or sets how many objects are reconciled at the same time.</summary>
    /// <value>The default is 8; it must be at least 1.</value>
    public int Workers { get; set; } = 8;

    /// <summary>Gets or sets how long one reconcile may take.</summary>
    /// <value>The default is 2 minutes.</value>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets the first delay before a failed object is tried again; it doubles with each failure.</summary>
    /// <value>The default is 200 milliseconds.</value>
    public TimeSpan MinRetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets or sets the longest delay between two attempts of a failing object.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets after how long an object is looked at again even if nothing happened.</summary>
    /// <value>The default is 10 hours, spread out by a fifth.</value>
    public TimeSpan Resync { get; set; } = TimeSpan.FromHours(10);

    /// <summary>Gets or sets the namespace whose objects are reconciled; <see langword="null"/> for all.</summary>
    public string? Namespace { get; set; }

    /// <summary>Gets or sets which objects are reconciled, as a label selector.</summary>
    public string? LabelSelector { get; set; }

    /// <summary>Gets or sets whether objects that are being deleted are reconciled as long as others' finalizers keep
    /// them.</summary>
    /// <value>The default is <see langword="false"/>: only the controller's own finalizer is of interest then.</value>
    public bool ReconcilesDeleted { get; set; }

    /// <summary>Gets or sets how many children one reconcile may delete because they fell out of the description; where it
    /// would be more, none is deleted and a warning says so.</summary>
    /// <value>The default is 100.</value>
    public int PruneBudget { get; set; } = 100;

    internal IReadOnlyList<Action<ObjectKey>> GoneCallbacks => _gone;

    internal IReadOnlyList<Func<IServiceProvider, IReconcileStep>> Steps => _steps;

    internal IReadOnlyList<AccessRule> Rules => _rules;

    internal IReadOnlyList<OwnedKind> Owned => _owned;

    internal IReadOnlyList<WatchedKind> Watched => _watched;

    internal IReadOnlyList<Func<ResourceChange, bool>> Predicates => _predicates;

    /// <summary>
    /// Says that descriptions contain children of a type. Children are watched anyway once one was described; declared kinds
    /// are watched from the start, so that children are also deleted that fell out while the operator was not running.
    /// </summary>
    /// <typeparam name="TChild">The children's type.</typeparam>
    /// <param name="metadataOnly">Whether only the children's metadata is kept in memory, for kinds with many or large
    /// objects. A child is then read from the server to be compared: after somebody else's change of it, after a change of
    /// its description, and once after a start; <see cref="Outcome.Live"/> does not have it.</param>
    /// <returns>These options.</returns>
    public ControllerOptions Owns<TChild>(bool metadataOnly = false)
        where TChild : class
    {
        _owned.Add(new(typeof(TChild), null, metadataOnly));
        return this;
    }

    /// <summary>Says that descriptions contain children of a kind; see <see cref="Owns{TChild}"/>.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="metadataOnly">Whether only the children's metadata is kept in memory.</param>
    /// <returns>These options.</returns>
    public ControllerOptions Owns(GroupVersionKind kind, bool metadataOnly = false)
    {
        _owned.Add(new(null, kind, metadataOnly));
        return this;
    }

    /// <summary>Wakes the objects that <paramref name="map"/> names when an object of another type changes; it is asked for
    /// the object as it was and as it is. What a reconcile reads wakes it without this.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <param name="map">Names the reconciled objects that an object of the other type concerns.</param>
    /// <param name="metadataOnly">Whether only the other objects' metadata is asked for, kept, and given to
    /// <paramref name="map"/>. Every change wakes nevertheless, because each one changes the resource version.</param>
    /// <returns>These options.</returns>
    public ControllerOptions Watches<TOther>(Func<RawObject, IEnumerable<ObjectKey>> map, bool metadataOnly = false)
        where TOther : class
    {
        ArgumentNullException.ThrowIfNull(map);
        _watched.Add(new(typeof(TOther), null, map, metadataOnly));
        return this;
    }

    /// <summary>Wakes the objects that <paramref name="map"/> names when an object of another kind changes.</summary>
    /// <param name="kind">The other kind.</param>
    /// <param name="map">Names the reconciled objects that an object of the other kind concerns.</param>
    /// <param name="metadataOnly">Whether only the other objects' metadata is kept; see
    /// <see cref="Watches{TOther}"/>.</param>
    /// <returns>These options.</returns>
    public ControllerOptions Watches(GroupVersionKind kind, Func<RawObject, IEnumerable<ObjectKey>> map, bool metadataOnly = false)
    {
        ArgumentNullException.ThrowIfNull(map);
        _watched.Add(new(null, kind, map, metadataOnly));
        return this;
    }

    /// <summary>Says what the reconciler does besides what its kinds tell: with a client of its own, or with kinds that it reads
    /// without declaring them.</summary>
    /// <param name="group">The resource's group; empty for the core group.</param>
    /// <param name="resource">The resource's plural, as in <c>pods</c> or <c>pods/log</c>.</param>
    /// <param name="verbs">What it does: <c>get</c>, <c>list</c>, ...</param>
    /// <returns>These options.</returns>
    public ControllerOptions Needs(string group, string resource, params IReadOnlyList<string> verbs)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentException.ThrowIfNullOrEmpty(resource);
        ArgumentOutOfRangeException.ThrowIfZero(verbs?.Count ?? 0, nameof(verbs));
        _rules.Add(new(group, resource, [.. verbs!]));
        return this;
    }

    /// <summary>Reconciles an object after a change of its own only where <paramref name="predicate"/> holds; all predicates
    /// must. Objects seen for the first time, and those being deleted, are always reconciled.</summary>
    /// <param name="predicate">The predicate.</param>
    /// <returns>These options.</returns>
    public ControllerOptions When(Func<ResourceChange, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        _predicates.Add(predicate);
        return this;
    }

    /// <summary>Calls back in the place of a reconcile where the object is gone, and never during one of the same object: for
    /// reconcilers that keep something in memory for each object. What must not be lost is a finalizer's.</summary>
    /// <param name="callback">Is told the key of the object. It may be called more than once for one object.</param>
    /// <returns>These options.</returns>
    public ControllerOptions WhenGone(Action<ObjectKey> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _gone.Add(callback);
        return this;
    }

    /// <summary>Puts a step around the controller's reconciles, inside of the steps that were added before.</summary>
    /// <param name="step">The step.</param>
    /// <returns>These options.</returns>
    public ControllerOptions Use(IReconcileStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        _steps.Add(_ => step);
        return this;
    }

    /// <summary>Puts a step around the controller's reconciles that comes from the application's services, or is made with
    /// them.</summary>
    /// <typeparam name="TStep">The step's type.</typeparam>
    /// <returns>These options.</returns>
    public ControllerOptions Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>()
        where TStep : class, IReconcileStep
    {
        _steps.Add(ActivatorUtilities.GetServiceOrCreateInstance<TStep>);
        return this;
    }

    internal IEnumerable<string> Faults()
    {
        if (Workers < 1)
        {
            yield return $"{nameof(Workers)} must be at least 1";
        }

        if (Deadline <= TimeSpan.Zero)
        {
            yield return $"{nameof(Deadline)} must be positive";
        }

        if (MinRetryDelay <= TimeSpan.Zero || MaxRetryDelay < MinRetryDelay)
        {
            yield return $"{nameof(MinRetryDelay)} must be positive and {nameof(MaxRetryDelay)} at least as long";
        }

        if (Resync <= TimeSpan.Zero)
        {
            yield return $"{nameof(Resync)} must be positive";
        }

        if (SelectorFault() is { } wrong)
        {
            yield return $"{nameof(LabelSelector)} is not a selector: {wrong}";
        }

        if (PruneBudget < 0)
        {
            yield return $"{nameof(PruneBudget)} must not be negative";
        }
    }

    private string? SelectorFault()
    {
        try
        {
            Api.Selectors.LabelSelector.Parse(LabelSelector);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }
}
