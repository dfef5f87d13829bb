using System.Reflection;
using System.Text.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>Takes the types out of a reconciler.</summary>
internal sealed class ControllerSource<T>(
    IReconciler<T> reconciler, Action<ControllerOptions>? configure, IServiceProvider services, IReadOnlyList<IReconcileStep> operatorSteps) : IControllerSource
    where T : class
{
    public ControllerDefinition Create(ObjectTypes types, string operatorName)
    {
        var options = new ControllerOptions();
        configure?.Invoke(options);
        var kind = options.Kind ?? types.CodecOf(typeof(T)).Kind;
        if (options.Name.Length == 0)
        {
            options.Name = kind.Kind.ToLowerInvariant();
        }

        if (options.Faults().ToArray() is { Length: > 0 } faults)
        {
            throw new InvalidOperationException($"The options of controller {options.Name} are wrong: {string.Join("; ", faults)}.");
        }

        IReconcileStep[] steps = [.. operatorSteps, .. options.Steps.Select(s => s(services))];
        var finalizer = reconciler as IFinalizer<T>;
        var finalizerName = options.FinalizerName ?? (kind.Group.Length == 0 ? $"ahoi.dev/{options.Name}" : $"{kind.Group}/{options.Name}");
        var owned = options.Owned.Select(o => (Kind: o.Kind ?? types.CodecOf(o.Type!).Kind, o.MetadataOnly)).ToList(); // One of both is given.
        return new()
        {
            Name = options.Name,
            Kind = kind,
            Type = typeof(T),
            OwnsStatus = typeof(T).GetCustomAttribute<CustomResourceAttribute>() is not null,
            FieldManager = options.FieldManager ?? $"{operatorName}/{options.Name}",
            FinalizerName = finalizer is null ? null : finalizerName,
            Options = options,
            OwnedKinds = [.. owned.Select(o => o.Kind)],
            MetadataKinds = owned.Where(o => o.MetadataOnly).Select(o => o.Kind).ToHashSet(),
            Watched = [.. options.Watched.Select(w => (new InformerScope(w.Kind ?? types.CodecOf(w.Type!).Kind) { MetadataOnly = w.MetadataOnly }, w.Map))], // One of both is given.
            Reconcile = Around(steps, (context, token) => reconciler.ReconcileAsync(Decode(types, context.Raw), context, token)),
            Finalize = finalizer is null ? null : Around(steps, (context, token) => finalizer.FinalizeAsync(Decode(types, context.Raw), context, token)),
        };
    }

    private static ReconcileDelegate Around(IReconcileStep[] steps, ReconcileDelegate innermost) =>
        steps.Reverse().Aggregate(innermost, (next, step) => (context, token) => step.ReconcileAsync(context, next, token));

    private static FinalizeDelegate Around(IReconcileStep[] steps, FinalizeDelegate innermost) =>
        steps.Reverse().Aggregate(innermost, (next, step) => (context, token) => step.FinalizeAsync(context, next, token));

    private static T Decode(ObjectTypes types, RawObject raw)
    {
        try
        {
            return types.Decode<T>(raw);
        }
        catch (JsonException exception)
        {
            throw new UnfitObjectException(raw.Key, typeof(T), exception);
        }
    }
}
