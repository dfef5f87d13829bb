namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>Linux's signals by name.</summary>
internal static class Signals
{
    public const int Terminate = 15;
    public const int Kill = 9;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT",
        "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Gets a signal's number; that of SIGTERM where there is none of that name.</summary>
    public static int Number(string name)
    {
        var number = Array.IndexOf(Names, name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name);
        return number > 0 ? number : Terminate;
    }
}
