namespace Ahoi.Cel;

/// <summary>What an evaluation gave.</summary>
/// <param name="Value">The value as JSON has it (times, durations and library values as text), or null after an error.</param>
/// <param name="Error">Why the expression failed, or null where it did not.</param>
/// <param name="Cost">What the evaluation cost.</param>
/// <param name="ErrorKind">What kind of error it was; meaningless without one.</param>
public readonly record struct CelResult(object? Value, string? Error, long Cost, CelErrorKind ErrorKind = CelErrorKind.Evaluation)
{
    /// <summary>Gets whether the expression is true.</summary>
    public bool IsTrue => Error is null && Value is true;
}
