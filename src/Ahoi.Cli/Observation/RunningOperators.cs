using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Framework.Observability;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Cli.Observation;

/// <summary>
/// The operators that this user runs on this machine: a file for each, with where it can be asked and the token to show. For
/// the user alone: the folder has mode 0700, the files 0600.
/// </summary>
internal static class RunningOperators
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)
            ? runtime
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local", "state"),
        "ahoi",
        "operators");

    /// <summary>Tells of an operator that has started; disposing of the result takes it back. Nothing happens where it
    /// serves nothing.</summary>
    public static IDisposable? Announce(IServiceProvider services, Uri server)
    {
        // Without file modes the token would be everybody's.
        if (OperatingSystem.IsWindows() || services.GetRequiredService<ObservabilityEndpoint>().Address is not { } address)
        {
            return null;
        }

        var entry = new JsonMap
        {
            ["server"] = server.ToString(),
            ["endpoint"] = address.ToString(),
            ["token"] = services.GetRequiredService<ObservabilityOptions>().AccessToken,
        };
        Directory.CreateDirectory(Folder, Private | UnixFileMode.UserExecute);
        var file = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{address.Port}.json"));
        using (var stream = new FileStream(file + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(entry.ToString());
        }

        File.Move(file + ".new", file, overwrite: true); // Readers see all of it or nothing.
        return new Announcement(file);
    }

    /// <summary>Finds the operators that were started against a server.</summary>
    public static IReadOnlyList<RunningOperator> Find(Uri server)
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        var found = new List<RunningOperator>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal))
        {
            try
            {
                var entry = JsonTree.ParseMap(File.ReadAllText(file));
                if (entry.Text("server") == server.ToString() && Uri.TryCreate(entry.Text("endpoint"), UriKind.Absolute, out var endpoint))
                {
                    found.Add(new(endpoint, entry.Text("token"), file));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
            {
                // It has just stopped, or is somebody else's.
            }
        }

        return found;
    }

    private sealed class Announcement(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
