namespace Ahoi.Framework.Controllers;

/// <summary>
/// What should be there for one object: children in groups, the object's status and conditions, events, and when to look
/// again. It says what, never how; nothing happens before the reconciler has returned it, and it cannot be changed after.
/// </summary>
public sealed class Description
{
    private readonly List<(string Name, List<Child> Children)> _groups = [];
    private readonly List<Condition> _conditions = [];
    private readonly List<EventDraft> _events = [];
    private readonly List<(string Condition, string Reason)> _told = [];
    private readonly List<Action<Api.Json.JsonMap>> _childChanges = [];
    private readonly List<Action<Outcome>> _whenDone = [];
    private bool _sealed;

    /// <summary>Gets the groups, in the order they come in.</summary>
    public IReadOnlyList<ChildGroup> Groups => [.. _groups.Where(g => g.Children.Count > 0).Select(g => new ChildGroup(g.Name, g.Children))];

    /// <summary>Gets the conditions that were set.</summary>
    public IReadOnlyList<Condition> Conditions => _conditions;

    /// <summary>Gets the events.</summary>
    public IReadOnlyList<EventDraft> Events => _events;

    /// <summary>Gets after how long the object is reconciled again even if nothing happens, or <see langword="null"/>.</summary>
    public TimeSpan? After { get; private set; }

    /// <summary>Gets whether children of former descriptions stay although they are not in this one.</summary>
    public bool KeepsOtherChildren { get; private set; }

    /// <summary>Gets whether a Ready condition is made from the state of the children.</summary>
    public bool SumsUpReadiness { get; private set; } = true;

    internal IReadOnlyList<(string Condition, string Reason)> Told => _told;

    internal IReadOnlyList<Action<Api.Json.JsonMap>> ChildChanges => _childChanges;

    internal IReadOnlyList<Action<Outcome>> DoneCallbacks => _whenDone;

    internal Func<Outcome, object?>? Status { get; private set; }

    internal Func<Outcome, IEnumerable<Condition>>? ConditionsAfter { get; private set; }

    /// <summary>A description that deletes nothing: former children stay as they are.</summary>
    /// <returns>The description.</returns>
    public static Description KeepingChildren() => new() { KeepsOtherChildren = true };

    /// <summary>Adds a child to the present group.</summary>
    /// <param name="value">The object; see <see cref="Child"/>.</param>
    /// <returns>This description.</returns>
    public Description Add(object value) => Add(value as Child ?? new Child(value));

    /// <summary>Adds a child to the present group.</summary>
    /// <param name="child">The child.</param>
    /// <returns>This description.</returns>
    public Description Add(Child child)
    {
        ArgumentNullException.ThrowIfNull(child);
        Change();
        if (_groups.Count == 0)
        {
            _groups.Add(("first", []));
        }

        _groups[^1].Children.Add(child);
        return this;
    }

    /// <summary>Adds children to the present group.</summary>
    /// <param name="values">The objects.</param>
    /// <returns>This description.</returns>
    public Description AddRange(IEnumerable<object> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            Add(value);
        }

        return this;
    }

    /// <summary>Begins the next group: what is added from here on waits until everything before is ready.</summary>
    /// <param name="name">The group's name, for people.</param>
    /// <returns>This description.</returns>
    public Description Then(string? name = null)
    {
        Change();
        _groups.Add((name ?? $"group {_groups.Count + 1}", []));
        return this;
    }

    /// <summary>Sets the object's status, without conditions and observedGeneration: those come by themselves.</summary>
    /// <param name="status">An instance of the status type, or a <see cref="Api.Json.JsonMap"/>.</param>
    /// <returns>This description.</returns>
    public Description WithStatus(object? status) => WithStatus(_ => status);

    /// <summary>Sets the object's status from what became of the children.</summary>
    /// <param name="status">Makes the status, after the children were written.</param>
    /// <returns>This description.</returns>
    public Description WithStatus(Func<Outcome, object?> status)
    {
        ArgumentNullException.ThrowIfNull(status);
        Change();
        Status = status;
        return this;
    }

    /// <summary>Sets a condition of the object. Since when it holds is kept as long as its status stays.</summary>
    /// <param name="type">The type. <c>Ready</c> replaces the one that is made from the children.</param>
    /// <param name="status">Whether it holds; <see langword="null"/> says that it is not known.</param>
    /// <param name="reason">Why, as one word.</param>
    /// <param name="message">Why, for people.</param>
    /// <returns>This description.</returns>
    public Description WithCondition(string type, bool? status, string reason, string message = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Change();
        _conditions.RemoveAll(c => c.Type == type);
        _conditions.Add(new(type, status switch { true => "True", false => "False", null => "Unknown" }, reason, message));
        return this;
    }

    /// <summary>Sets conditions from what became of the children.</summary>
    /// <param name="conditions">Makes the conditions, after the children were written.</param>
    /// <returns>This description.</returns>
    public Description WithConditions(Func<Outcome, IEnumerable<Condition>> conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        Change();
        ConditionsAfter = conditions;
        return this;
    }

    /// <summary>Changes the JSON of every child before it is compared and written: labels that all should have, for
    /// example.</summary>
    /// <param name="change">The change; it must be the same every time.</param>
    /// <returns>This description.</returns>
    public Description WithEachChild(Action<Api.Json.JsonMap> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Change();
        _childChanges.Add(change);
        return this;
    }

    /// <summary>Calls back when children and status are written, the last that was added first. What it throws fails the
    /// reconcile.</summary>
    /// <param name="callback">Is told what became of the children.</param>
    /// <returns>This description.</returns>
    public Description WhenDone(Action<Outcome> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Change();
        _whenDone.Add(callback);
        return this;
    }

    /// <summary>Makes no Ready condition from the children.</summary>
    /// <returns>This description.</returns>
    public Description WithoutReadyCondition()
    {
        Change();
        SumsUpReadiness = false;
        return this;
    }

    /// <summary>Reports an event about the object.</summary>
    /// <param name="reason">What happened, as one word.</param>
    /// <param name="message">What happened, for people.</param>
    /// <param name="type">The type.</param>
    /// <returns>This description.</returns>
    public Description WithEvent(string reason, string message, EventType type = EventType.Normal)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Change();
        _events.Add(new(type, reason, message));
        return this;
    }

    /// <summary>Reports a warning when a condition comes to have one of some reasons, with the condition's message: once, and
    /// again when it has had another reason in between.</summary>
    /// <param name="condition">The condition's type.</param>
    /// <param name="reasons">The reasons that people should know of.</param>
    /// <returns>This description.</returns>
    public Description WithEventsOf(string condition, params IReadOnlyList<string> reasons)
    {
        ArgumentException.ThrowIfNullOrEmpty(condition);
        ArgumentOutOfRangeException.ThrowIfZero(reasons?.Count ?? 0, nameof(reasons));
        Change();
        _told.AddRange(reasons!.Select(reason => (condition, reason)));
        return this;
    }

    /// <summary>Reports an event about the object, with all there is to say.</summary>
    /// <param name="draft">The event.</param>
    /// <returns>This description.</returns>
    public Description WithEvent(EventDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        Change();
        _events.Add(draft);
        return this;
    }

    /// <summary>Reconciles the object again after a while even if nothing happens; the shortest delay counts.</summary>
    /// <param name="delay">After how long.</param>
    /// <returns>This description.</returns>
    public Description LookAgainAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero);
        Change();
        After = After is { } before && before < delay ? before : delay;
        return this;
    }

    /// <summary>Makes the result of a reconciler that had nothing to wait for.</summary>
    /// <param name="description">The description.</param>
    public static implicit operator ValueTask<Description>(Description description) => new(description);

    /// <summary>Makes the result of a reconciler that had nothing to wait for.</summary>
    /// <returns>The result.</returns>
    public ValueTask<Description> ToValueTask() => new(this);

    internal void Seal() => _sealed = true;

    private void Change()
    {
        if (_sealed)
        {
            throw new InvalidOperationException("The description was returned already; it cannot be changed any more.");
        }
    }
}
