using System.Reflection;

namespace Ahoi.Dashboard.Serving;

/// <summary>The files of the page, out of this assembly.</summary>
internal sealed class PageFiles
{
    private const string Folder = "Page/";

    private readonly Dictionary<string, (string Type, byte[] Content)> _files = new(StringComparer.Ordinal);

    public PageFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!; // It was just listed.
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            _files["/" + name[Folder.Length..]] = (TypeOf(name), content);
        }

        _files["/"] = _files["/index.html"];
    }

    public (string Type, byte[] Content)? Find(string path) => _files.TryGetValue(path, out var file) ? file : null;

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"{name}: nobody said what a file {other} is."),
    };
}
