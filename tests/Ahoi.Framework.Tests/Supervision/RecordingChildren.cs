using System.Collections.Concurrent;
using Ahoi.Framework.Supervision;

namespace Ahoi.Framework.Tests.Supervision;

/// <summary>Children that write down what happens to them and end when the test says so.</summary>
internal sealed class RecordingChildren
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<string> _log = [];
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private readonly ConcurrentDictionary<string, Child> _running = new();
    private (string Line, TaskCompletionSource Seen)? _awaited;

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    public void FailStart(string id, int times) => _failures[id] = times;

    public Child Running(string id) => _running[id];

    public ChildSpec Spec(string id) => new()
    {
        Id = id,
        Start = _ =>
        {
            if (_failures.TryGetValue(id, out var left) && left > 0)
            {
                _failures[id] = left - 1;
                Write($"fail {id}");
                throw new InvalidOperationException($"{id} does not start");
            }

            var child = new Child(this, id);
            _running[id] = child;
            Write($"start {id}");
            return new(child);
        },
    };

    /// <summary>Lets a child fail and waits until the next <paramref name="line"/> is written.</summary>
    public async Task FailAndWaitForAsync(string id, string line)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _awaited = (line, seen);
        }

        Running(id).Fail();
        await seen.Task.WaitAsync(Limit);
    }

    private void Write(string line)
    {
        lock (_gate)
        {
            _log.Add(line);
            if (_awaited is { } awaited && awaited.Line == line)
            {
                awaited.Seen.SetResult();
                _awaited = null;
            }
        }
    }

    internal sealed class Child(RecordingChildren all, string id) : IRunningChild
    {
        private readonly TaskCompletionSource<ExitReason> _completion = new();
        private readonly TaskCompletionSource _stopRequested = new();

        public Task<ExitReason> Completion => _completion.Task;

        public Task StopRequested => _stopRequested.Task;

        public bool IgnoresStop { get; set; }

        public void Fail() => End(ExitReason.Failed(new InvalidOperationException($"{id} failed")));

        public void End(ExitReason reason) => _completion.TrySetResult(reason);

        public void RequestStop()
        {
            all.Write($"stop {id}");
            _stopRequested.TrySetResult();
            if (!IgnoresStop)
            {
                End(ExitReason.Shutdown);
            }
        }

        public void Kill()
        {
            all.Write($"kill {id}");
            End(ExitReason.Killed);
        }
    }
}
