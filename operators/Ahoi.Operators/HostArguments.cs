using System.Globalization;
using System.Net;

namespace Ahoi.Operators;

/// <summary>What <c>ahoi-host</c> is told on its command line: the one contract between it and the manifests that start it.</summary>
public sealed record HostArguments
{
    /// <summary>Gets which operators run.</summary>
    /// <value>The default is all.</value>
    public IReadOnlyList<string> Operators { get; init; } = OperatorSet.Known;

    /// <summary>Gets the Lease by which several replicas agree on one that works, as <c>NAMESPACE/NAME</c>.</summary>
    /// <value>The default is <see langword="null"/>: this replica always works.</value>
    public string? Lease { get; init; }

    /// <summary>Gets where health and metrics are served; <see langword="null"/> serves nothing.</summary>
    /// <value>The default is <c>0.0.0.0:8081</c>.</value>
    public IPEndPoint? Observe { get; init; } = new(IPAddress.Any, 8081);

    /// <summary>Gets whether the definitions of the operators' kinds, and their policies, are installed at the start; the
    /// manifests bring them along.</summary>
    public bool InstallsDefinitions { get; init; }

    /// <summary>Gets the file with what the administrator decides; see <see cref="OperatorSettings"/>.</summary>
    /// <value>The default is <see langword="null"/>: what nobody has decided keeps its default.</value>
    public string? Config { get; init; }

    /// <summary>Reads a command line: <c>--operators A,B</c>, <c>--lease NAMESPACE/NAME</c>, <c>--observe
    /// ADDRESS:PORT</c> or <c>none</c>, <c>--config FILE</c>, and <c>--install-definitions</c>. A value follows its name, or an equals sign.</summary>
    /// <param name="arguments">The command line.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It says something wrong; the message names it and what is right.</exception>
    public static HostArguments Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var read = new HostArguments();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, given) = arguments[i].Split('=', 2) is [var before, var after] ? (before, after) : (arguments[i], null);
            read = name switch
            {
                "--operators" => read with { Operators = ParseOperators(Value()) },
                "--lease" => read with { Lease = ParseLease(Value()) },
                "--observe" => read with { Observe = ParseEndpoint(Value()) },
                "--config" => read with { Config = Value() is { Length: > 0 } file ? file : throw new FormatException("--config names no file.") },
                "--install-definitions" when given is null => read with { InstallsDefinitions = true },
                "--install-definitions" => throw new FormatException("--install-definitions takes no value."),
                _ => throw new FormatException($"'{name}' is not known; there is --operators A,B, --lease NAMESPACE/NAME, --observe ADDRESS:PORT, --config FILE and --install-definitions."),
            };

            string Value() => given ?? (i + 1 < arguments.Count ? arguments[++i] : throw new FormatException($"{name} has no value."));
        }

        return read;
    }

    /// <summary>Writes it as <see cref="Parse"/> reads it.</summary>
    /// <returns>The command line.</returns>
    public IReadOnlyList<string> ToArguments()
    {
        var arguments = new List<string> { $"--operators={string.Join(',', Operators)}" };
        if (Lease is not null)
        {
            arguments.Add($"--lease={Lease}");
        }

        arguments.Add($"--observe={Observe?.ToString() ?? "none"}");
        if (Config is not null)
        {
            arguments.Add($"--config={Config}");
        }

        if (InstallsDefinitions)
        {
            arguments.Add("--install-definitions");
        }

        return arguments;
    }

    private static string[] ParseOperators(string text)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var unknown = names.Except(OperatorSet.Known, StringComparer.Ordinal).FirstOrDefault();
        return unknown is not null ? throw new FormatException($"'{unknown}' of --operators is not known; there is {string.Join(", ", OperatorSet.Known)}.")
            : names.Length == 0 ? throw new FormatException($"--operators names none; there is {string.Join(", ", OperatorSet.Known)}.")
            : names;
    }

    private static string ParseLease(string text) => text.Split('/') is [{ Length: > 0 }, { Length: > 0 }]
        ? text
        : throw new FormatException($"'{text}' of --lease does not name a Lease; write it as NAMESPACE/NAME.");

    private static IPEndPoint? ParseEndpoint(string text) => text == "none" ? null
        : text.LastIndexOf(':') is > 0 and var colon && IPAddress.TryParse(text[..colon].Trim('[', ']'), out var address)
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? new(address, port)
                : throw new FormatException($"'{text}' of --observe is not an address and port; write it as 0.0.0.0:8081, or none.");
}
