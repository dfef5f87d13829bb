namespace Ahoi.Cli;

/// <summary>What the process's exit code says; part of the CLI's contract.</summary>
internal static class ExitCodes
{
    /// <summary>Everything asked for was done.</summary>
    public const int Ok = 0;

    /// <summary>It could not be done; stderr says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line was wrong; stderr says what is right.</summary>
    public const int Usage = 2;

    /// <summary>The API server did not answer.</summary>
    public const int ServerUnreachable = 3;

    /// <summary>The machine lacks something; stderr names it and how to install it.</summary>
    public const int PrerequisiteMissing = 4;

    /// <summary>The plan is not empty, and <c>--exit-code</c> asked to be told.</summary>
    public const int PlanNotEmpty = 5;
}
