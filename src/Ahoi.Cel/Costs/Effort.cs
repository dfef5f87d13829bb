using System.Runtime.CompilerServices;

namespace Ahoi.Cel.Costs;

/// <summary>
/// What an evaluation really does, where Kubernetes' costs do not see it: a small expression can make lists of lists of
/// the same list, and comparing or writing them takes time and memory without end. Each step through a value counts.
/// </summary>
/// <remarks>An evaluation runs on one thread from its beginning to its end, and so the count belongs to the thread.</remarks>
internal static class Effort
{
    private const long Limit = 2_000_000;
    private const long Free = 200_000;
    private const long PerCost = 10;
    private const int CharactersPerStep = 16;

    [ThreadStatic]
    private static long s_spent;

    [ThreadStatic]
    private static int s_evaluations;

    /// <summary>An evaluation begins; one that evaluates variables on its way pays for them, too.</summary>
    public static void Begin()
    {
        if (s_evaluations++ == 0)
        {
            s_spent = 0;
        }
    }

    /// <summary>An evaluation ends.</summary>
    /// <returns>What its effort adds to its cost.</returns>
    public static long End() => --s_evaluations == 0 && s_spent > Free ? (s_spent - Free) / PerCost : 0;

    /// <summary>Counts steps.</summary>
    /// <exception cref="CelException">There were too many, or they lead too deep.</exception>
    public static void Spend(long steps)
    {
        s_spent += steps;
        if ((s_spent > Limit && s_evaluations > 0) || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new CelException(CelErrorKind.CostExceeded, "operation cancelled: actual cost limit exceeded");
        }
    }

    /// <summary>Counts the making of a text.</summary>
    public static void SpendOnText(long length) => Spend(1 + (length / CharactersPerStep));
}
