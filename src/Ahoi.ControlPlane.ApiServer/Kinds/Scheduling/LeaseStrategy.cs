using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;

/// <summary>Leases.</summary>
internal sealed class LeaseStrategy : KindStrategy
{
    public LeaseStrategy()
    {
        AllowsCreateOnUpdate = true;
        AllowsUnconditionalUpdate = false;
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        spec["leaseDurationSeconds"].PositiveIfSet();
        spec["leaseTransitions"].NonNegative();
        if (spec["strategy"].Has)
        {
            spec["strategy"].Must(Names.Qualified);
        }

        if (!spec["preferredHolder"].IsEmpty && spec["strategy"].IsEmpty)
        {
            spec["preferredHolder"].Forbidden("may only be specified when `strategy` is defined");
        }
    }
}
