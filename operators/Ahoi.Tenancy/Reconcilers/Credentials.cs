using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Planning;
using k8s.Models;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>What programs are told of their database.</summary>
internal static class Credentials
{
    /// <summary>The fingerprint of the Secret's contents; <see langword="null"/> where there is none (yet).</summary>
    public static async ValueTask<string?> FingerprintAsync(string? secret, ReconcileContext context, CancellationToken cancellationToken)
    {
        var found = secret is null ? null : await context.FindAsync<V1Secret>(secret, cancellationToken).ConfigureAwait(false);
        return found is null ? null : Fingerprint.Of(found.Data);
    }

    /// <summary>What is described while the Secret is not there: nothing new, and what runs goes on.</summary>
    public static Description Missing(string secret) => Description.KeepingChildren()
        .WithCondition(Condition.Ready, false, "NoCredentials", $"Waiting for the Secret {secret}, which the database or its pool makes.");
}
