using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;

namespace Guide;

[CustomResource("guide.example.com", "v1")]
internal sealed record Mailbox(ObjectMeta Metadata, MailServer Spec, MailboxStatus? Status = null);

internal sealed record MailServer(string Host, string Folder);

internal sealed record MailboxStatus(int Unread);

// docs: connections
internal sealed class MailboxReconciler : IReconciler<Mailbox>
{
    public async ValueTask<Description> ReconcileAsync(Mailbox mailbox, ReconcileContext context, CancellationToken cancellationToken)
    {
        // Opened by the first reconcile, kept for the next ones, and opened anew when the spec says something else.
        var session = await context.Connections.GetAsync(mailbox.Spec, MailSession.OpenAsync, cancellationToken);
        try
        {
            return new Description()
                .WithStatus(new MailboxStatus(await session.CountUnreadAsync(cancellationToken)))
                .LookAgainAfter(TimeSpan.FromMinutes(1));
        }
        catch (IOException)
        {
            await context.Connections.CloseAsync<MailSession>(cancellationToken);   // broken: the next attempt opens another
            throw;
        }
    }
}
// docs: end

internal sealed class MailSession(Stream stream) : IAsyncDisposable
{
    public static async ValueTask<MailSession> OpenAsync(MailServer server, CancellationToken cancellationToken)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(server.Host, 7777, cancellationToken);
        var session = new MailSession(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true));
        await session.AskAsync($"open {server.Folder}", cancellationToken);
        return session;
    }

    public async Task<int> CountUnreadAsync(CancellationToken cancellationToken) =>
        int.Parse(await AskAsync("unread", cancellationToken), System.Globalization.CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<string> AskAsync(string question, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(question + "\n"), cancellationToken);
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadLineAsync(cancellationToken) ?? throw new IOException("The server has hung up.");
    }
}
