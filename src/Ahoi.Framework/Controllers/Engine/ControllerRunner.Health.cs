using System.Globalization;

namespace Ahoi.Framework.Controllers.Engine;

/// <content>Whether the controller moves.</content>
internal sealed partial class ControllerRunner
{
    /// <summary>Gets why only a restart of the process can help, or null where the controller moves or has nothing to do.</summary>
    public string? Stuck
    {
        get
        {
            if (_fault is { } fault)
            {
                return $"could not begin: {fault}";
            }

            if (!_working || Queue.Completion.IsCompleted)
            {
                return null;
            }

            if (Volatile.Read(ref _workers) is var left && left < _definition.Options.Workers)
            {
                return string.Create(CultureInfo.InvariantCulture, $"only {left} of {_definition.Options.Workers} workers are left");
            }

            // A worker is given back at a reconcile's deadline even if the reconcile does not listen, so keys never wait this
            // long for the next one to be taken.
            var (still, waits) = (_time.GetElapsedTime(Volatile.Read(ref _movedAt)), Queue.Age);
            return still > StuckAfter && waits > StuckAfter
                ? string.Create(CultureInfo.InvariantCulture, $"{Queue.Depth} objects wait, and for {still.TotalSeconds:0} s no worker has taken one")
                : null;
        }
    }

    private TimeSpan StuckAfter => _definition.Options.Deadline + TimeSpan.FromMinutes(1);
}
