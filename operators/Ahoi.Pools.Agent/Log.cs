namespace Ahoi.Pools.Agent;

/// <summary>What the agent says, one line each, to its standard error.</summary>
internal static class Log
{
    public static void Write(string message) => Console.Error.WriteLine($"agent: {message}");
}
