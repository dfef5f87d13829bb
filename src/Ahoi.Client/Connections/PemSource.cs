using System.Text;

namespace Ahoi.Client.Connections;

/// <summary>Certificates or a key in PEM, from a file that is read again when it changes, or given as they are.</summary>
public sealed class PemSource
{
    private readonly string? _path;
    private readonly string? _pem;

    private PemSource(string? path, string? pem)
    {
        _path = path;
        _pem = pem;
    }

    /// <summary>PEM in a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The source.</returns>
    public static PemSource FromFile(string path) => new(path, null);

    /// <summary>PEM as text.</summary>
    /// <param name="pem">The text.</param>
    /// <returns>The source.</returns>
    public static PemSource FromText(string pem) => new(null, pem);

    /// <summary>PEM as bytes.</summary>
    /// <param name="pem">The text in ASCII or UTF-8.</param>
    /// <returns>The source.</returns>
    public static PemSource FromBytes(ReadOnlySpan<byte> pem) => new(null, Encoding.UTF8.GetString(pem));

    /// <summary>Changes whenever the content may have changed.</summary>
    internal long Stamp => _path is null ? 0 : File.GetLastWriteTimeUtc(_path).Ticks;

    internal string Read() => _pem ?? File.ReadAllText(_path!); // One of the two is there: see the factories.

    /// <inheritdoc/>
    public override string ToString() => _path ?? "(PEM)";
}
