using Ahoi.Benchmarks.ApiServer;
using Ahoi.Benchmarks.Chaos;
using Ahoi.Benchmarks.Decoding;
using Ahoi.Benchmarks.Framework;
using Ahoi.Benchmarks.Network;
using Ahoi.Benchmarks.Nodes;
using Ahoi.Benchmarks.Tenancy;

// Each benchmark prints one Markdown table; bench/README.md keeps the last ones with what they mean.
switch (args)
{
    case ["decoding"]:
        await DecodingBenchmark.RunAsync(10_000);
        return 0;
    case ["decoding", var objects] when int.TryParse(objects, out var count):
        await DecodingBenchmark.RunAsync(count);
        return 0;
    case ["apiserver", .. var rest] when rest.All(r => r is "--short" or "-o" or "json"):
        var measured = rest.Contains("--short")
            ? await ApiServerBenchmark.RunAsync(1, TimeSpan.FromSeconds(1))
            : await ApiServerBenchmark.RunAsync(5, TimeSpan.FromSeconds(2));
        Console.WriteLine(rest.Contains("json") ? Measured.Json(measured) : Measured.Table(measured));
        return 0;
    case ["network", .. var rest] when rest.All(r => r is "--short"):
        Console.WriteLine(Measured.Table(rest.Length > 0
            ? await NetworkBenchmark.RunAsync(1, TimeSpan.FromSeconds(1))
            : await NetworkBenchmark.RunAsync(5, TimeSpan.FromSeconds(2))));
        return 0;
    case ["node", var ahoi, .. var rest] when rest.All(r => r is "--pods"):
        Console.WriteLine(Measured.Table(await NodeBenchmark.RunAsync(ahoi, 5, 8, rest.Length > 0)));
        return 0;
    case ["framework"]:
        await FrameworkBenchmark.RunAsync(10_000, 3);
        return 0;
    case ["framework", var objects, var rounds] when int.TryParse(objects, out var count) && int.TryParse(rounds, out var times):
        await FrameworkBenchmark.RunAsync(count, times);
        return 0;
    case ["framework", "--first", var objects, var rounds] when int.TryParse(objects, out var count) && int.TryParse(rounds, out var times):
        await FrameworkBenchmark.RunFirstAsync(count, times);
        return 0;
    case ["framework-server", var kubeconfig]:
        return await ServerProcess.RunAsync(kubeconfig);
    case ["framework-operator", var kubeconfig]:
        return await new OperatorProcess(kubeconfig).RunAsync();
    case ["tenancy"]:
        await TenancyBenchmark.RunAsync(500);
        return 0;
    case ["tenancy", var objects] when int.TryParse(objects, out var count):
        await TenancyBenchmark.RunAsync(count);
        return 0;
    case ["tenancy-operator", var kubeconfig]:
        return await new TenancyProcess(kubeconfig).RunAsync();
    case ["load", .. var rest] when Options.TryRead(rest, out var options):
        return await PoolLoad.RunAsync(options.Clients, options.Seed) ? 0 : 1;
    case ["chaos", .. var rest] when Options.TryRead(rest, out var options):
        return await ChaosRun.RunAsync(options) ? 0 : 1;
    case ["chaos-operator", var name, var kubeconfig]:
        return await OperatorMain.RunAsync(name, kubeconfig);
    default:
        Console.Error.WriteLine("Name a benchmark: decoding [OBJECTS], apiserver [--short] [-o json], network [--short], node AHOI [--pods], framework [OBJECTS ROUNDS], tenancy [CUSTOMERS], load [--clients N] [--seed N], or chaos [--customers N] [--live N] [--seconds N] [--seed N]");
        return 2;
}
