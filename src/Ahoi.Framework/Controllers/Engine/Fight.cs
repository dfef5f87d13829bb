namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Two who set one field back and forth.</summary>
/// <param name="Field">The field.</param>
/// <param name="Opponent">Who else writes it, where the cluster tells.</param>
/// <param name="Pause">How long it is left alone now.</param>
internal sealed record Fight(string Field, string? Opponent, TimeSpan Pause)
{
    public override string ToString() => $"{Opponent ?? "somebody"} sets {Field} back again and again";
}
