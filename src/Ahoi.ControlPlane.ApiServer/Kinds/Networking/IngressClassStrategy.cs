using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>Ingress classes.</summary>
internal sealed class IngressClassStrategy : KindStrategy
{
    public IngressClassStrategy() => CountsGeneration = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value) => value.Map("spec")?.Map("parameters")?.Default("scope", "Cluster");

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var controller = spec["controller"];
        if (controller.Text.Length > 250)
        {
            controller.TooLong(250);
        }

        controller.DomainPrefixedPath();
        var parameters = spec["parameters"];
        if (!parameters.Has)
        {
            return;
        }

        parameters["apiGroup"].MustIfSet(Names.Subdomain);
        parameters["kind"].RequiredAnd(Names.PathSegment);
        parameters["name"].RequiredAnd(Names.PathSegment);
        if (parameters["scope"].RequiredOneOf("Cluster", "Namespace"))
        {
            if (parameters["scope"].Text == "Namespace")
            {
                parameters["namespace"].RequiredAnd(Names.Label);
            }
            else if (parameters["namespace"].Has)
            {
                parameters["namespace"].Forbidden("may not be specified when `scope` is 'Cluster'");
            }
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors) =>
        Field.Root(value, errors)["spec"]["controller"].Immutable(old.At("spec", "controller"));
}
