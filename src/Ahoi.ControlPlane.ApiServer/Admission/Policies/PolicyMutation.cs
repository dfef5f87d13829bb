using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.Cel.Types;
using Ahoi.ControlPlane.ApiServer.ManagedFields;
using Ahoi.ControlPlane.ApiServer.Patching;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>One mutation of a policy, compiled. Immutable.</summary>
internal sealed class PolicyMutation
{
    private readonly CelComposition _composition;
    private readonly PolicyExpression _expression;
    private readonly bool _isPatch;

    /// <summary>Compiles a mutation.</summary>
    /// <param name="mutation">The mutation.</param>
    /// <param name="composition">The policy's variables.</param>
    public PolicyMutation(JsonMap mutation, CelComposition composition)
    {
        _composition = composition;
        _isPatch = mutation.Text("patchType") == "JSONPatch";
        _expression = _isPatch
            ? new(composition.Environment.WithPatchTypes(), mutation.Map("jsonPatch")?.Text("expression") ?? "", CelType.List(CelType.JsonPatch))
            : new(composition.Environment.WithPatchTypes(), mutation.Map("applyConfiguration")?.Text("expression") ?? "", CelType.ApplyConfiguration);
    }

    /// <summary>Makes the mutated object.</summary>
    /// <param name="value">The object; not changed, but the new one may share parts with it.</param>
    /// <param name="write">The write.</param>
    /// <param name="resource">The version the object is in.</param>
    /// <param name="facts">What the expression sees.</param>
    /// <param name="fault">Why there is none.</param>
    /// <returns>The new object; <see langword="null"/> after a fault.</returns>
    public JsonMap? Apply(JsonMap value, AdmissionWrite write, ServedResource resource, Func<string, object?> facts, out string? fault)
    {
        var result = _expression.Run(new(_composition, facts, CelLimits.RuntimeBudget));
        if (result.Error is not null)
        {
            fault = _expression.Failed(result);
            return null;
        }

        return _isPatch ? Patch(value, (JsonList)result.Value!, out fault) : Lay(value, (JsonMap)result.Value!, write, resource, out fault); // The types are checked.
    }

    private static JsonMap? Patch(JsonMap value, JsonList operations, out string? fault)
    {
        fault = null;
        try
        {
            // A patch whose test fails is not for this object.
            return JsonPatch.ApplyIfTested(value, operations) ?? value;
        }
        catch (ApiException exception)
        {
            fault = $"JSONPath: {exception.Message}";
            return null;
        }
    }

    private static JsonMap? Lay(JsonMap value, JsonMap configuration, AdmissionWrite write, ServedResource resource, out string? fault)
    {
        var kind = write.IsOfResource ? resource.GroupVersionKind : write.Kind;
        configuration["apiVersion"] = kind.ApiVersion;
        configuration["kind"] = kind.Kind;
        var overlay = new ObjectOverlay(ObjectVersions.SchemaOf(write, resource), write.IsOfResource && resource.IsCustom);
        fault = overlay.FindFault(configuration) is { } misfit ? $"error applying patch: failed to convert patch object to typed object: {misfit}"
            : overlay.FindAtomics(configuration) is { Count: > 0 } whole
                ? $"error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {string.Join(", ", whole)}"
            : null;
        return fault is null ? overlay.Merge(value, configuration) : null;
    }
}
