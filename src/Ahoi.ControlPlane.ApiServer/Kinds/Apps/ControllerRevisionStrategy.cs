using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Revisions of stateful and daemon sets.</summary>
internal sealed class ControllerRevisionStrategy : KindStrategy
{
    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        root["revision"].NonNegative();
        if (!root["data"].Has)
        {
            root["data"].Required("data is mandatory");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors) =>
        Field.Root(value, errors)["data"].Immutable(old["data"]);
}
