using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>How far usage may be from its target without a change.</summary>
/// <param name="Down">How far below, as a share of the target.</param>
/// <param name="Up">How far above.</param>
internal readonly record struct Tolerance(double Down, double Up)
{
    private const double Default = 0.1; // kube-controller-manager's.

    /// <summary>Reads what an autoscaler's behavior says of it.</summary>
    public static Tolerance Of(JsonMap? behavior) => new(Read(behavior?.Map("scaleDown")), Read(behavior?.Map("scaleUp")));

    /// <summary>Gets whether a usage, as a multiple of its target, is near enough.</summary>
    public bool Covers(double ratio) => 1 - Down <= ratio && ratio <= 1 + Up;

    private static double Read(JsonMap? rules) =>
        rules?["tolerance"] is { } value && Quantity.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), out var set) ? set.ToDouble() : Default;
}
