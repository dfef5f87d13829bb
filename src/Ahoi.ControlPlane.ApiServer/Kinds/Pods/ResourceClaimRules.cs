using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Claims of devices, which pods name and containers use.</summary>
internal static class ResourceClaimRules
{
    /// <summary>Refuses bad claims of a pod.</summary>
    public static void ResourceClaims(this Field claims)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in claims.Items)
        {
            var (name, template) = (claim["resourceClaimName"], claim["resourceClaimTemplateName"]);
            if (claim["name"].MustExist())
            {
                if (!names.Add(claim["name"].Text))
                {
                    claim["name"].Duplicate();
                }
                else
                {
                    claim["name"].Must(Names.Label);
                }
            }

            if (name.Has && template.Has)
            {
                claim.Invalid("at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
            }
            else if (!name.Has && !template.Has)
            {
                claim.Invalid("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
            }

            foreach (var reference in (ReadOnlySpan<Field>)[name, template])
            {
                if (reference.Has)
                {
                    reference.Must(Names.Subdomain);
                }
            }
        }
    }

    /// <summary>Refuses claims of a container that its pod does not have.</summary>
    public static void ClaimNames(this Field claims, HashSet<string> known)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in claims.Items)
        {
            if (claim["name"].IsEmpty)
            {
                claim.Errors.Required(claim.Path, "");
                continue;
            }

            var name = claim with { Value = claim["name"].Text };
            if (!names.Add(name.Text))
            {
                name.Duplicate();
            }

            if (!known.Contains(name.Text))
            {
                name.Errors.Add(new(FieldErrorReason.NotFound, name.Path, name.Value, "must be one of the names in pod.spec.resourceClaims"));
            }
        }
    }
}
