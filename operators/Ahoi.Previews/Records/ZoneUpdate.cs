using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ahoi.Previews.Api;
using ARSoft.Tools.Net;
using ARSoft.Tools.Net.Dns;
using ARSoft.Tools.Net.Dns.DynamicUpdate;

namespace Ahoi.Previews.Records;

/// <summary>
/// Writes one host's record into its zone, and takes it out. A TXT record beside it says whose it is: a host that somebody else
/// has written is neither changed nor removed. The server itself decides, as each update says what it presupposes
/// (RFC 2136, section 2.4), so that nobody can come in between.
/// </summary>
internal sealed class ZoneUpdate(DnsUpdate update, TsigKey key, string host, string mark, TimeProvider time)
{
    private const int Port = 53;
    private const int Patience = 5000;

    private static readonly RecordType[] Types = [RecordType.A, RecordType.Aaaa, RecordType.CName];

    private DomainName Host { get; } = DomainName.Parse(host);

    private DomainName MarkName { get; } = DomainName.Parse($"_ahoi.{host}");

    private TxtRecord Mark => new(MarkName, update.Ttl, $"ahoi {mark}");

    private DnsRecordBase Record => IPAddress.TryParse(update.Target, out var address)
        ? address.AddressFamily == AddressFamily.InterNetwork ? new ARecord(Host, update.Ttl, address) : new AaaaRecord(Host, update.Ttl, address)
        : new CNameRecord(Host, update.Ttl, DomainName.Parse(update.Target));

    /// <summary>Writes the record.</summary>
    /// <exception cref="DnsException">The server did not take it, or somebody else has the name.</exception>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        var mine = await SendAsync(
            [new RecordExistsValueDependantPrequisite(Mark)],
            [.. Types.Select(t => new DeleteAllRecordsUpdate(Host, t)), new AddRecordUpdate(Record)],
            cancellationToken).ConfigureAwait(false);
        if (mine)
        {
            return;
        }

        var free = await SendAsync(
            [new NameIsNotInUsePrequisite(Host), new NameIsNotInUsePrequisite(MarkName)],
            [new AddRecordUpdate(Mark), new AddRecordUpdate(Record)],
            cancellationToken).ConfigureAwait(false);
        if (!free)
        {
            throw new DnsException("RecordTaken", $"The zone {update.Zone} has records of {host} that are not this Domain's; remove them, or choose another domain.");
        }
    }

    /// <summary>Takes the record out, where it is this one's.</summary>
    /// <exception cref="DnsException">The server did not take it.</exception>
    public Task WithdrawAsync(CancellationToken cancellationToken) => SendAsync(
        [new RecordExistsValueDependantPrequisite(Mark)],
        [.. Types.Select(t => new DeleteAllRecordsUpdate(Host, t)), new DeleteAllRecordsUpdate(MarkName, RecordType.Txt)],
        cancellationToken);

    /// <summary>Sends an update; false where what it presupposes is not so.</summary>
    private async Task<bool> SendAsync(List<PrequisiteBase> when, List<UpdateBase> what, CancellationToken cancellationToken)
    {
        var message = new DnsUpdateMessage
        {
            ZoneName = DomainName.Parse(update.Zone),
            Prequisites = when,
            Updates = what,
            TSigOptions = new(DomainName.Parse(key.Name), key.Algorithm, time.GetUtcNow().UtcDateTime, TimeSpan.FromMinutes(5), 0, ReturnCode.NoError, null, key.Secret),
        };
        DnsUpdateMessage? answer;
        try
        {
            var colon = update.Server.LastIndexOf(':');
            var port = colon < 0 ? Port : int.Parse(update.Server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            var addresses = await Dns.GetHostAddressesAsync(colon < 0 ? update.Server : update.Server[..colon], cancellationToken).ConfigureAwait(false);
            using var client = new DnsClient(addresses, [new TcpClientTransport(port)], disposeTransport: true, Patience);
            answer = await client.SendUpdateAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException or ArgumentOutOfRangeException)
        {
            answer = null;
        }

        return answer?.ReturnCode switch
        {
            null => throw new DnsException("ServerUnreachable", $"The name server {update.Server} cannot be reached, or does not answer in time."),
            ReturnCode.NoError => true,
            ReturnCode.YXDomain or ReturnCode.YXRRSet or ReturnCode.NxDomain or ReturnCode.NXRRSet => false,
            ReturnCode.NotZone => throw new DnsException("NotInZone", $"{host} is not in the zone {update.Zone}, which dnsUpdate.zone names."),
            ReturnCode.Refused => throw new DnsException("Refused", $"The name server {update.Server} does not let the key {key.Name} update {host}."),
            ReturnCode.NotAuthoritive or ReturnCode.BadSig or ReturnCode.BadKey or ReturnCode.BadTime => throw NotAuthorised(answer),
            var code => throw new DnsException("UpdateFailed", $"The name server {update.Server} answers {code}."),
        };
    }

    private DnsException NotAuthorised(DnsUpdateMessage answer) => answer.TSigOptions?.Error switch
    {
        ReturnCode.BadKey => new("KeyRefused", $"The name server {update.Server} does not know the key {key.Name}."),
        ReturnCode.BadSig => new("KeyRefused", $"The name server {update.Server} has another secret for the key {key.Name}."),
        ReturnCode.BadTime => new("ClockOff", $"The clocks of the operator and of the name server {update.Server} are more than five minutes apart."),
        _ => new("NotAuthoritative", $"The name server {update.Server} is not the primary of the zone {update.Zone}."),
    };
}
