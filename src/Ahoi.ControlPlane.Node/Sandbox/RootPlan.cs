namespace Ahoi.ControlPlane.Node.Sandbox;

/// <summary>
/// Says how bubblewrap puts a container's root together: the image's entries read-only, scratch folders, and the mounts over
/// them. Where a mount's target is not in the image, its parent becomes a folder of the sandbox in which the image's entries
/// are shown one by one, because nothing can be created in a folder that is only shown.
/// </summary>
internal static class RootPlan
{
    private static readonly string[] Provided = ["/proc", "/dev", "/sys", "/tmp", "/run"];
    private static readonly string[] Scratch = ["/tmp", "/run", "/var/tmp", "/dev/shm"];

    public static IEnumerable<string> Arguments(SandboxSpec spec)
    {
        var mounts = Resolved(spec);
        var opened = Opened(spec, mounts);
        var arguments = new List<string>();
        Show(spec, "/", opened, arguments);
        arguments.AddRange(["--proc", "/proc", "--dev", "/dev", "--ro-bind", "/sys", "/sys"]);
        foreach (var folder in Scratch)
        {
            if (folder != "/var/tmp" || Directory.Exists(ImagePath.OnMachine(spec.Root, folder)))
            {
                arguments.AddRange(["--size", spec.ScratchSize.ToString(System.Globalization.CultureInfo.InvariantCulture), "--perms", "1777", "--tmpfs", folder]);
            }
        }

        if (spec.Root != "/" && Directory.Exists(spec.Root + "/run"))
        {
            // Packages leave folders for their sockets there.
            foreach (var folder in Directory.EnumerateDirectories(spec.Root + "/run").Order(StringComparer.Ordinal))
            {
                arguments.AddRange(["--dir", "/run/" + Path.GetFileName(folder)]);
            }
        }

        if (spec.Root == "/")
        {
            var all = spec.Hidden.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).ToList();
            foreach (var hidden in all.Where(h => !Provided.Any(p => IsBelow(h, p)) && !all.Any(o => o != h && IsBelow(h, o))))
            {
                arguments.AddRange(Directory.Exists(hidden) ? ["--tmpfs", hidden] : File.Exists(hidden) ? ["--ro-bind", "/dev/null", hidden] : []);
            }
        }

        foreach (var mount in mounts)
        {
            arguments.AddRange([mount.ReadOnly ? "--ro-bind" : "--bind", mount.Source, mount.Target]);
        }

        if (!Exists(spec, mounts, spec.WorkingFolder))
        {
            arguments.AddRange(["--dir", ImagePath.Resolve(spec.Root, spec.WorkingFolder)]);
        }

        arguments.AddRange(["--remount-ro", "/", "--chdir", spec.WorkingFolder]);
        return arguments;
    }

    private static bool Exists(SandboxSpec spec, IReadOnlyList<SandboxMount> mounts, string folder)
    {
        var path = ImagePath.Resolve(spec.Root, folder);
        return mounts.Any(m => IsBelow(path, m.Target)) || Provided.Contains(path) || Directory.Exists(ImagePath.OnMachine(spec.Root, path));
    }

    private static List<SandboxMount> Resolved(SandboxSpec spec) =>
        [.. spec.Mounts.Select(m => m with { Target = ImagePath.Resolve(spec.Root, m.Target) }).OrderBy(m => m.Target.Count(c => c == '/')).ThenBy(m => m.Target.Length)];

    /// <summary>Finds the image's folders in which something has to be created.</summary>
    private static HashSet<string> Opened(SandboxSpec spec, List<SandboxMount> mounts)
    {
        var opened = new HashSet<string>(StringComparer.Ordinal) { "/" };
        var created = mounts.Select(m => m.Target).Append(ImagePath.Resolve(spec.Root, spec.WorkingFolder));
        foreach (var target in created)
        {
            if (mounts.Any(m => m.Target != target && IsBelow(target, m.Target)) || Provided.Any(p => IsBelow(target, p)) || Path.Exists(ImagePath.OnMachine(spec.Root, target)))
            {
                continue; // It is created in a volume or a scratch folder, or is there.
            }

            for (var folder = Parent(target); folder != "/"; folder = Parent(folder))
            {
                if (Directory.Exists(ImagePath.OnMachine(spec.Root, folder)))
                {
                    opened.Add(folder);
                }
            }
        }

        return opened;
    }

    private static void Show(SandboxSpec spec, string folder, HashSet<string> opened, List<string> arguments)
    {
        foreach (var entry in new DirectoryInfo(ImagePath.OnMachine(spec.Root, folder)).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = folder == "/" ? "/" + entry.Name : folder + "/" + entry.Name;
            if (Provided.Contains(path))
            {
                continue;
            }

            if (entry.LinkTarget is { } target)
            {
                arguments.AddRange(["--symlink", target, path]);
            }
            else if (entry is DirectoryInfo && opened.Contains(path))
            {
                arguments.AddRange(["--dir", path]);
                Show(spec, path, opened, arguments);
            }
            else
            {
                arguments.AddRange(["--ro-bind-try", entry.FullName, path]);
            }
        }
    }

    private static bool IsBelow(string path, string folder) =>
        path == folder || path.StartsWith(folder == "/" ? folder : folder + "/", StringComparison.Ordinal);

    private static string Parent(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";
}
