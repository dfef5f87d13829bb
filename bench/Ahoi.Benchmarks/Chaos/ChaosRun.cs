using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Transport;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>
/// Customers whose features are switched at random while operators, agents, poolers, servers and connections to the API server are
/// ended at random. At the end all has to be as it is wanted, and nothing lost.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private const string Squatter = "squatter";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly LiveWorld _world;
    private readonly Random _random;
    private readonly Action<string> _tell;
    private readonly List<LiveCustomer> _live = [];
    private readonly List<LiveCustomer> _played = [];
    private readonly List<string> _deleted = [];
    private readonly List<BudgetWatch> _budgets = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly ForeignObjects _foreign;
    private readonly VolumeWatch _volumes;
    private readonly List<Task> _tasks = [];
    private int _number;

    private ChaosRun(LiveWorld world, int seed, Action<string> tell)
    {
        _world = world;
        _random = new(seed);
        _tell = tell;
        _foreign = new(world);
        _volumes = new(world);
    }

    public static async Task<bool> RunAsync(Options options)
    {
        var started = Stopwatch.GetTimestamp();
        Action<string> tell = text => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0}  {text}"));
        tell($"seed {options.Seed}: {options.Customers} customers, {Math.Min(options.Live, options.Customers)} of them on processes, {options.Seconds} s");
        await using var world = await LiveWorld.StartAsync(tell, PlayedNode.Schedule);
        using var players = await PlayedNode.StartAsync(world);
        await using var run = new ChaosRun(world, options.Seed, tell);
        try
        {
            await run.StartAsync(Math.Min(options.Live, options.Customers), options.Customers);
            await run.WorkAsync(TimeSpan.FromSeconds(options.Seconds));
            return await run.EndAsync();
        }
        catch (Exception exception)
        {
            tell($"{exception}"); // Taking all down may take a while.
            throw;
        }
        finally
        {
            await players.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var customer in _live)
        {
            await customer.DisposeAsync();
        }

        foreach (var budget in _budgets)
        {
            await budget.DisposeAsync();
        }
    }

    private async Task StartAsync(int live, int customers)
    {
        await _world.UntilAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "connectionpools.internal.example.com"), d => LiveWorld.IsTrue(d, "Established"), Limit);
        await _world.UntilAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "customers.internal.example.com"), d => LiveWorld.IsTrue(d, "Established"), Limit);
        await _foreign.SquatAsync(Squatter);
        for (var i = 0; i < customers; i++)
        {
            var customer = Another(lives: i < live);
            await customer.CreateAsync();
        }

        foreach (var customer in _live.Concat(_played))
        {
            await _world.UntilAsync(LiveWorld.Pools, customer.Child, _ => true, Limit);
            await HurryAsync(customer);
        }

        foreach (var customer in _live.Concat(_played))
        {
            await _world.UntilAsync(LiveWorld.Pools, customer.Child, LiveWorld.IsReady, Limit);
            await customer.ReadyAsync(Limit);
            await _foreign.AddAsync(customer.Name);
        }

        _tell($"{customers} customers are ready");
        foreach (var customer in _live)
        {
            await customer.BeginAsync();
            _budgets.Add(new(_world, customer.Child));
        }
    }

    private LiveCustomer Another(bool lives)
    {
        var customer = new LiveCustomer(_world, string.Create(CultureInfo.InvariantCulture, $"{(lives ? "live-" : PlayedNode.Prefix)}{_number++:00}"), lives, _random.Next());
        (lives ? _live : _played).Add(customer);
        return customer;
    }

    /// <summary>Pools drain for minutes by themselves; here nobody has as long.</summary>
    private async Task HurryAsync(LiveCustomer customer)
    {
        var found = await _world.Client.FindAsync(LiveWorld.Pools, customer.Child);
        if (found is not null && found.ToMap().At("spec", "drain", "gracePeriod") is not "15s")
        {
            await _world.PatchAsync(LiveWorld.Pools, customer.Child, """{"spec":{"drain":{"endpointDelay":"1s","gracePeriod":"15s"},"failover":{"pauseTimeout":"5s"}}}""");
        }
    }

    private async Task WorkAsync(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        var looked = 0L;
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            var customer = _played.Count > 0 && _random.Next(2) == 0 ? _played[_random.Next(_played.Count)] : _live[_random.Next(_live.Count)];
            try
            {
                await (_random.Next(3) == 0 ? BreakAsync(_live[_random.Next(_live.Count)]) : ChangeAsync(customer));
                if (looked == 0 || Stopwatch.GetElapsedTime(looked) > TimeSpan.FromSeconds(2))
                {
                    looked = Stopwatch.GetTimestamp();
                    await _volumes.LookAsync();
                    foreach (var each in _live)
                    {
                        await HurryAsync(each);
                    }
                }
            }
            catch (ApiException exception) when (exception.Code is 404 or 409)
            {
                Count("changes that came too early");
            }

            await Task.Delay(_random.Next(1200));
        }
    }

    private async Task ChangeAsync(LiveCustomer customer)
    {
        switch (_random.Next(customer.Lives ? 11 : 14))
        {
            case 0:
                customer.HasDatabase = !customer.HasDatabase;
                await ApplyAsync(customer, "database on or off", customer.HasDatabase ? "database on" : "database off");
                break;
            case 1 when !customer.HasDatabase:
                customer.HasDatabase = true;
                await ApplyAsync(customer, "database on or off", "database on");
                break;
            case 1 or 2 or 3:
                customer.Workers = _random.Next(4);
                await ApplyAsync(customer, "workers", $"{customer.Workers} workers");
                break;
            case 4:
                customer.HasScheduler = !customer.HasScheduler;
                await ApplyAsync(customer, "scheduler on or off", customer.HasScheduler ? "scheduler on" : "scheduler off");
                break;
            case 5:
                customer.HasWebhooks = !customer.HasWebhooks;
                await ApplyAsync(customer, "webhooks on or off", customer.HasWebhooks ? "webhooks on" : "webhooks off");
                break;
            case 6:
                customer.Poolers = 3 - customer.Poolers;
                await ApplyAsync(customer, "poolers", $"{customer.Poolers} poolers");
                break;
            case 7:
                customer.Gibibytes++;
                await ApplyAsync(customer, "storage grows", $"{customer.Gibibytes}Gi");
                break;
            case 8:
                customer.MaxConnections = customer.MaxConnections == 40 ? 50 : 40;
                await ApplyAsync(customer, "maxConnections, a planned restart", $"{customer.MaxConnections} connections");
                break;
            case 9:
                Tell(customer, "password rotations", "another password");
                await _world.AnnotateAsync(LiveWorld.Databases, customer.Child, "rotate-password", Next());
                break;
            case 10:
                Tell(customer, "planned restarts", "planned restart");
                await _world.AnnotateAsync(LiveWorld.Databases, customer.Child, "restarted-at", Next());
                break;
            case 11 or 12:
                var created = Another(lives: false);
                Tell(created, "customers created", "created");
                await created.CreateAsync();
                break;
            default:
                if (_played.Count > 1)
                {
                    await DeleteAsync(customer);
                }

                break;
        }
    }

    private async Task DeleteAsync(LiveCustomer customer)
    {
        _played.Remove(customer);
        _deleted.Add(customer.Name);
        var destroys = _random.Next(2) == 0;
        Tell(customer, "customers deleted", destroys ? "deleted with its data" : "deleted");
        if (destroys)
        {
            _volumes.LetGo(customer.Name);
        }

        _foreign.Forget(customer.Name);
        var backup = _random.Next(2) == 0 ? "Required" : "Skip";
        await _world.PatchAsync(
            LiveWorld.Customers, customer.Key, $$$"""{"spec":{"deletion":{"policy":"{{{(destroys ? "Delete" : "Retain")}}}","finalBackup":"{{{backup}}}"},"deletionProtection":false}}""");
        await _world.Client.DeleteAsync(LiveWorld.Customers, customer.Key);
    }

    private async Task BreakAsync(LiveCustomer customer)
    {
        var @operator = _world.Operators[_random.Next(_world.Operators.Count)];
        var time = TimeSpan.FromMilliseconds(_random.Next(3000));
        _tasks.RemoveAll(t => t.IsCompletedSuccessfully);
        switch (_random.Next(6))
        {
            case 0 when !@operator.IsAway:
                Tell(null, $"kills of the operator {@operator.Name}", $"kill {@operator.Name}, away for {time.TotalSeconds:0.0} s");
                _tasks.Add(@operator.KillAsync(time));
                break;
            case 1:
                Tell(null, "cut connections of operators to the API server", $"cut {@operator.Name}");
                @operator.Proxy.Cut();
                break;
            case 2:
                Tell(null, "frozen connections of operators to the API server", $"freeze {@operator.Name} for {3 * time.TotalSeconds:0.0} s");
                _tasks.Add(@operator.Proxy.FreezeAsync(3 * time));
                break;
            case 3:
                await KillAsync(customer, "kills of PostgreSQL", $"{customer.Name}-postgres-0", "postgres", "kill -9 $(head -n 1 $PGDATA/postmaster.pid)");
                break;
            case 4:
                await KillAsync(customer, "kills of pgbouncer", $"{customer.Name}-pool-{_random.Next(customer.Poolers)}", "pgbouncer", "kill -9 -1");
                break;
            default:
                await KillAsync(customer, "kills of an agent", $"{customer.Name}-pool-{_random.Next(customer.Poolers)}", "agent", "kill -9 -1");
                break;
        }
    }

    private async Task KillAsync(LiveCustomer customer, string what, string pod, string container, string command)
    {
        try
        {
            await _world.ExecAsync(new(customer.Namespace, pod), container, "sh", "-c", command);
            Tell(customer, what, $"{what}: {pod}");
        }
        catch (TimeoutException exception)
        {
            Tell(customer, "commands in containers that did not end", exception.Message);
        }
        catch (Exception exception) when (exception is ApiException or TransportException or IOException)
        {
            Count("kills of what was not there");
        }
    }

    private async Task<bool> EndAsync()
    {
        await Task.WhenAll(_tasks);
        _tell("everything on; waiting for all customers");
        var ended = Stopwatch.GetTimestamp();
        foreach (var customer in _live.Concat(_played))
        {
            customer.Everything();
            await customer.ApplyAsync();
        }

        var troubles = new List<string>();
        foreach (var customer in _live.Concat(_played))
        {
            try
            {
                if (customer.Lives)
                {
                    await _world.UntilAsync(LiveWorld.Pools, customer.Child, _ => true, Limit);
                    await HurryAsync(customer);
                }

                await customer.ReadyAsync(Limit);
            }
            catch (TimeoutException exception)
            {
                troubles.Add($"{customer.Name} does not get ready: {exception.Message}");
            }
        }

        foreach (var name in _deleted)
        {
            try
            {
                await _world.Client.WaitUntilAsync(LiveWorld.Customers, new(null, name), c => c is null, Limit);
            }
            catch (TimeoutException exception)
            {
                troubles.Add($"{name} does not go: {exception.Message}");
            }
        }

        var converged = Stopwatch.GetElapsedTime(ended).TotalSeconds;
        _tell("counting jobs");
        var (jobs, open, lost, wrong) = (0, 0, 0, 0);
        foreach (var customer in _live)
        {
            await customer.EndAsync();
            var found = await customer.CheckAsync(TimeSpan.FromSeconds(60));
            (jobs, open, lost, wrong) = (jobs + found.Done, open + found.Open, lost + found.Lost, wrong + found.Wrong);
            if (found.Open + found.Lost + found.Wrong > 0)
            {
                troubles.Add($"{customer.Name}: {found.Open} jobs are not done, {found.Lost} of {customer.Acknowledged} are lost, {found.Wrong} do not have one effect");
            }
        }

        var gone = await _volumes.CheckAsync([.. _live.Concat(_played).Select(c => c.Name)]);
        var touched = await _foreign.CheckAsync();
        var exceeded = _budgets.SelectMany(b => b.Exceeded).ToList();
        Console.WriteLine("| what happened | times |");
        Console.WriteLine("| --- | --- |");
        foreach (var (what, count) in _counts.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"| {what} | {count} |");
        }

        Console.WriteLine();
        Console.WriteLine("| what | measured | wanted |");
        Console.WriteLine("| --- | --- | --- |");
        Row($"customers that do not converge, of {_live.Count} on processes and {_played.Count} played", troubles.Count(t => t.Contains("does not get", StringComparison.Ordinal)), "0");
        Row($"customers that do not go, of {_deleted.Count}", troubles.Count(t => t.Contains("does not go", StringComparison.Ordinal)), "0");
        Row("seconds until all had converged", converged.ToString("0.0", CultureInfo.InvariantCulture), "");
        Row("jobs done", jobs, "");
        Row("jobs not done, lost, done twice or not done although said so", $"{open}, {lost}, {wrong}", "0, 0, 0");
        Row($"volumes lost or exchanged, of {_volumes.Count}", gone.Count, "0");
        Row($"foreign objects touched, of {_foreign.Count}", touched.Count, "0");
        Row($"samples above a pool's budget, of {_budgets.Sum(b => b.Samples)}", exceeded.Count, "0");
        foreach (var text in troubles.Concat(gone).Concat(touched).Concat(exceeded.Take(20)))
        {
            _tell(text);
        }

        return troubles.Count + gone.Count + touched.Count == 0;
    }

    private Task<RawObject> ApplyAsync(LiveCustomer customer, string what, string text)
    {
        Tell(customer, what, text);
        return customer.ApplyAsync();
    }

    private string Next() => _random.Next().ToString(CultureInfo.InvariantCulture);

    private void Tell(LiveCustomer? customer, string what, string text)
    {
        Count(what);
        if (customer is null or { Lives: true })
        {
            _tell($"{customer?.Name,-8} {text}");
        }
    }

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    private static void Row(string what, object measured, string wanted) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {measured} | {wanted} |"));
}
