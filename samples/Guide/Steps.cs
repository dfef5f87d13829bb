using Ahoi.Framework.Controllers;
using Ahoi.Framework.Controllers.Steps;
using Ahoi.Framework.Hosting;

namespace Guide;

internal static class Steps
{
    public static AhoiBuilder Add(AhoiBuilder ahoi)
    {
        // docs: steps
        return ahoi
            .Use(new ReconcileLog())                      // around every controller
            .AddController<Site, SiteReconciler>(o => o
                .Use(new ManagedByLabel("sites"))         // around this one
                .Use(new NotOnSundays()));
        // docs: end
    }
}

// docs: step
internal sealed class NotOnSundays : IReconcileStep
{
    public async ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken) =>
        context.Time.GetUtcNow().DayOfWeek == DayOfWeek.Sunday
            ? Description.KeepingChildren().WithCondition("Paused", true, "Sunday")   // the reconciler is left out
            : await next(context, cancellationToken);
}
// docs: end
