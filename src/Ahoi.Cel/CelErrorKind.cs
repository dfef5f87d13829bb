namespace Ahoi.Cel;

/// <summary>What went wrong with an expression.</summary>
public enum CelErrorKind
{
    /// <summary>The text is no expression, or its types do not fit.</summary>
    Compilation,

    /// <summary>The expression failed for the values it was given.</summary>
    Evaluation,

    /// <summary>The evaluation was stopped because it became too expensive.</summary>
    CostExceeded,
}
