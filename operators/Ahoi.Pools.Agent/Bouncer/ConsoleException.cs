namespace Ahoi.Pools.Agent.Bouncer;

/// <summary>pgbouncer refused a command.</summary>
internal sealed class ConsoleException(string message) : Exception(message);
