namespace Ahoi.ControlPlane.Node.Sandbox;

/// <summary>Looks for a program before a sandbox is made for it, so that a wrong command is told from a program that failed.</summary>
internal static class ExecutableSearch
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Finds out why a program cannot be started.</summary>
    /// <returns>The reason in the words of container runtimes, or <see langword="null"/> where nothing speaks against it.</returns>
    public static string? Fault(SandboxSpec spec, string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var path = program.StartsWith('/') ? program : $"{spec.WorkingFolder.TrimEnd('/')}/{program}";
            return Look(spec, path) switch
            {
                null => $"exec: \"{program}\": stat {program}: no such file or directory",
                false => $"exec: \"{program}\": permission denied",
                true => null,
            };
        }

        return spec.Environment.GetValueOrDefault("PATH", "").Split(':').Any(folder => Look(spec, $"{folder}/{program}") == true)
            ? null
            : $"exec: \"{program}\": executable file not found in $PATH";
    }

    /// <summary>Finds out whether a file is there (not <see langword="null"/>) and a program.</summary>
    private static bool? Look(SandboxSpec spec, string path)
    {
        if (!path.StartsWith('/'))
        {
            return null;
        }

        var resolved = ImagePath.Resolve(spec.Root, path);
        var mount = spec.Mounts
            .Select(m => m with { Target = ImagePath.Resolve(spec.Root, m.Target) })
            .Where(m => resolved == m.Target || resolved.StartsWith(m.Target + "/", StringComparison.Ordinal))
            .MaxBy(m => m.Target.Length);
        if (mount is not null)
        {
            // Inside of a volume links may lead anywhere the container sees; only what is certain is said.
            var inside = mount.Source + resolved[mount.Target.Length..];
            return Path.Exists(inside) ? true : new FileInfo(inside).LinkTarget is null ? null : true;
        }

        var file = ImagePath.OnMachine(spec.Root, resolved);
        if (resolved.StartsWith("/proc/", StringComparison.Ordinal))
        {
            return true;
        }

        return File.Exists(file) ? (File.GetUnixFileMode(file) & Execute) != 0 : Directory.Exists(file) ? false : null;
    }
}
