using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Ahoi.Framework.Observability;

namespace Ahoi.Cli.Commands;

/// <summary>The options of commands that run operators: what of them can be seen, and where.</summary>
internal sealed class ObservationOptions
{
    private const string None = "none";

    private readonly Option<IPEndPoint?> _observe = new("--observe")
    {
        Description = "Where health, metrics and causes are served; 'none' serves nothing. Port 0 takes a free one (default: 127.0.0.1:0).",
        HelpName = "ADDRESS:PORT",
        CustomParser = result => result.Tokens[0].Value == None ? null : ListenAddress.Parse(result.Tokens[0].Value, "--observe", 8081, result.AddError),
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 0),
    };

    private readonly Option<string?> _otlp = new("--otlp")
    {
        Description = "Send metrics, traces and logs by OTLP to this collector; without an address, where OTEL_EXPORTER_OTLP_ENDPOINT says.",
        HelpName = "URL",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_observe);
        command.Options.Add(_otlp);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_otlp) is { Tokens: [var given] } && !(Uri.TryCreate(given.Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            {
                result.AddError($"'{given.Value}' of --otlp is not a collector's address; write it as http://127.0.0.1:4317.");
            }
        });
    }

    /// <summary>What the options say, with an access token of its own for this run.</summary>
    public Action<ObservabilityOptions> Read(ParseResult parsed)
    {
        var (listen, otlp, collector) = (parsed.GetValue(_observe), parsed.GetResult(_otlp) is not null, parsed.GetValue(_otlp));
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        return options =>
        {
            options.Listen = listen;
            options.Otlp = otlp;
            options.OtlpEndpoint = collector is null ? null : new(collector);
            options.AccessToken = token;
        };
    }
}
