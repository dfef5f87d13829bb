namespace Ahoi.ControlPlane.Node.Sandbox;

/// <summary>Paths as a container sees them, whose symbolic links lead to places in the image and never to the machine's.</summary>
internal static class ImagePath
{
    private const int MostLinks = 40; // As Linux follows.

    /// <summary>Follows the links in a path.</summary>
    /// <param name="root">The folder of the image's root.</param>
    /// <param name="path">An absolute path in the image.</param>
    /// <returns>The path without links; the part that does not exist stays as it is.</returns>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Resolve(string root, string path)
    {
        var rest = new Stack<string>(Parts(path).Reverse());
        var resolved = new List<string>();
        var links = 0;
        while (rest.TryPop(out var part))
        {
            switch (part)
            {
                case ".":
                    continue;
                case "..":
                    if (resolved.Count > 0)
                    {
                        resolved.RemoveAt(resolved.Count - 1);
                    }

                    continue;
            }

            var here = OnMachine(root, resolved, part);
            if (LinkTarget(here) is not { } target)
            {
                resolved.Add(part);
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"Too many levels of symbolic links in {path}.");
            }

            if (target.StartsWith('/'))
            {
                resolved.Clear();
            }

            foreach (var next in Parts(target).Reverse())
            {
                rest.Push(next);
            }
        }

        return "/" + string.Join('/', resolved);
    }

    /// <summary>Gets where on the machine a path of the image is that has no links.</summary>
    public static string OnMachine(string root, string path) => root == "/" ? path : root + path;

    private static string OnMachine(string root, List<string> resolved, string part) =>
        OnMachine(root, "/" + string.Join('/', resolved.Append(part)));

    private static string? LinkTarget(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget;
    }

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
