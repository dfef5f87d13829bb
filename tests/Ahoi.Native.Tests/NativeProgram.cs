using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ahoi.Native.Tests;

/// <summary>Publishes a sample as a native program, in a folder of its own that nothing else builds in.</summary>
internal static class NativeProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan RestoreLimit = TimeSpan.FromMinutes(2);

    /// <summary>Says what a native build needs and this machine lacks, or null.</summary>
    public static string? Missing() =>
        !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64) ? "native programs are built on Linux here"
        : !HasProgram("dotnet") ? "the .NET SDK is not on the PATH"
        : !HasProgram("clang") && !HasProgram("gcc") ? "neither clang nor gcc is there to link with (apt-get install gcc libc6-dev)"
        : null;

    public static async Task<(string? Program, string? Missing)> PublishAsync(string sample, string folder)
    {
        var rid = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        string[] settings = [Path.Combine(Root(), "samples", sample), "-r", rid, "-p:Native=true", "-p:RunAnalyzers=false", "--artifacts-path", Path.Combine(folder, "artifacts"), "-v", "q"];
        try
        {
            var (restored, said) = await RunAsync(["restore", .. settings], RestoreLimit);
            if (restored != 0)
            {
                return (null, $"the packages of the native compiler cannot be restored: {said}");
            }
        }
        catch (OperationCanceledException)
        {
            return (null, $"the packages of the native compiler were not restored in {RestoreLimit}");
        }

        var (published, complaint) = await RunAsync(["publish", .. settings, "--no-restore", "-c", "Release", "-o", folder], Limit);
        Assert.True(published == 0, complaint);
        Assert.DoesNotContain("warning IL", complaint, StringComparison.Ordinal);
        return (Path.Combine(folder, sample), null);
    }

    private static async Task<(int Code, string Said)> RunAsync(string[] arguments, TimeSpan patience)
    {
        // A build server that outlives the test would hold its output open.
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["CI"] = "true";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ahoi.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Ahoi.slnx above {AppContext.BaseDirectory}.");
    }
}
