using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.Client.Streams;

/// <summary>A program in a container, with its streams. Reading is what keeps it going: output nobody reads holds it up.</summary>
public sealed class ExecSession : IAsyncDisposable
{
    private const byte Input = 0;
    private const byte Output = 1;
    private const byte Complaint = 2;
    private const byte Outcome = 3;
    private const byte Size = 4;

    private readonly ChannelSocket _socket;

    internal ExecSession(ChannelSocket socket)
    {
        _socket = socket;
        StandardInput = socket.Writer(Input);
        StandardOutput = socket.Reader(Output);
        StandardError = socket.Reader(Complaint);
        Exit = ReadExitAsync(socket.Reader(Outcome));
        socket.Start();
    }

    /// <summary>Gets where to write what the program reads. Disposing of it ends the program's input, where the server can
    /// tell it so (from Kubernetes 1.30 on).</summary>
    public Stream StandardInput { get; }

    /// <summary>Gets what the program prints.</summary>
    public Stream StandardOutput { get; }

    /// <summary>Gets what the program complains about.</summary>
    public Stream StandardError { get; }

    /// <summary>Gets the program's exit code, once it has ended and its streams are read. An
    /// <see cref="ApiException"/> where it could not be run, a <see cref="Transport.TransportException"/> where the
    /// connection broke before.</summary>
    public Task<int> Exit { get; }

    /// <summary>Tells the terminal's size.</summary>
    /// <param name="columns">How many columns.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when it is sent.</returns>
    public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken = default) =>
        _socket.SendAsync(Size, JsonTree.ToUtf8(new JsonMap { ["Width"] = columns, ["Height"] = rows }), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private static async Task<int> ReadExitAsync(Stream outcome)
    {
        using var text = new MemoryStream();
        await outcome.CopyToAsync(text).ConfigureAwait(false);
        if (text.Length == 0)
        {
            throw new Transport.TransportException(Transport.TransportFault.Interrupted, "The connection ended before the program did.");
        }

        var json = JsonTree.ParseMap(text.ToArray());
        if (json.Text("status") == "Success")
        {
            return 0;
        }

        var status = ApiStatus.FromJson(json);
        var code = status.Details?.Causes.FirstOrDefault(c => c.Reason == "ExitCode")?.Message;
        return int.TryParse(code, out var exit) ? exit : throw new ApiException(status);
    }
}
