using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The rules for a definition's conversion.</summary>
internal static class ConversionRules
{
    /// <summary>Checks a conversion.</summary>
    /// <param name="conversion">The conversion.</param>
    /// <param name="checkCaBundle">Whether the CA bundle is checked, as it is once the definition is established.</param>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Check(JsonMap? conversion, bool checkCaBundle, FieldPath path, FieldErrors errors)
    {
        if (conversion is null)
        {
            return;
        }

        var strategy = conversion.Text("strategy") ?? "";
        if (strategy.Length == 0)
        {
            errors.Required(path.Child("strategy").ToString());
        }
        else if (strategy is not ("None" or "Webhook"))
        {
            errors.NotSupported(path.Child("strategy").ToString(), strategy, "None", "Webhook");
        }

        // Faults keep the names the fields had before the API was at v1.
        var (clientPath, reviewPath) = (path.Child("webhookClientConfig"), path.Child("conversionReviewVersions"));
        var client = conversion.Map("webhook")?.Map("clientConfig");
        var reviews = conversion.Map("webhook")?.List("conversionReviewVersions") ?? [];
        if (strategy != "Webhook")
        {
            if (client is not null)
            {
                errors.Forbidden(clientPath.ToString(), "only the strategy Webhook uses this; leave it out");
            }

            if (reviews.Count > 0)
            {
                errors.Forbidden(reviewPath.ToString(), "only the strategy Webhook uses this; leave it out");
            }

            return;
        }

        CheckClient(client, checkCaBundle, clientPath, errors);
        CheckReviews(reviews, reviewPath, errors);
    }

    private static void CheckClient(JsonMap? client, bool checkCaBundle, FieldPath path, FieldErrors errors)
    {
        if (client is null)
        {
            errors.Required(path.ToString(), "the strategy Webhook needs to know whom to ask");
            return;
        }

        var (url, service) = (client.Text("url"), client.Map("service"));
        if (url is null == service is null)
        {
            errors.Required(path.ToString(), "name either a url or a service");
        }
        else if (url is not null)
        {
            CheckUrl(url, path.Child("url").ToString(), errors);
        }
        else
        {
            CheckService(service!, path.Child("service"), errors); // One of the two is there.
        }

        if (checkCaBundle && client.Text("caBundle") is { Length: > 0 } bundle && !IsCertificates(bundle))
        {
            errors.Invalid(path.Child("caBundle").ToString(), bundle, "holds no PEM certificate");
        }
    }

    private static void CheckUrl(string url, string field, FieldErrors errors)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            errors.Required(field, "give an address such as https://host:port/path");
            return;
        }

        if (uri.Scheme != Uri.UriSchemeHttps)
        {
            errors.Invalid(field, uri.Scheme, "has to be https");
        }

        if (uri.Host.Length == 0)
        {
            errors.Invalid(field, uri.Host, "the address lacks a host");
        }

        if (uri.UserInfo.Length > 0)
        {
            errors.Invalid(field, "", "an address with a user or password is not accepted");
        }

        if (uri.Fragment.Length > 0)
        {
            errors.Invalid(field, uri.Fragment, "an address with a fragment is not accepted");
        }

        if (uri.Query.Length > 0)
        {
            errors.Invalid(field, uri.Query, "an address with query parameters is not accepted");
        }
    }

    private static void CheckService(JsonMap service, FieldPath path, FieldErrors errors)
    {
        foreach (var key in (ReadOnlySpan<string>)["name", "namespace"])
        {
            if (string.IsNullOrEmpty(service.Text(key)))
            {
                errors.Required(path.Child(key).ToString(), $"the service needs a {key}");
            }
        }

        if (service["port"] is long port and (< 1 or > 65535))
        {
            errors.Invalid(path.Child("port").ToString(), port, "no port: 1 to 65535 are");
        }

        if (service.Text("path") is not { } text || text is "" or "/")
        {
            return;
        }

        var field = path.Child("path").ToString();
        if (text[0] != '/')
        {
            errors.Invalid(field, text, "the path begins with a slash");
        }

        var segments = text[1..].TrimEnd('/').Split('/');
        if (segments.Any(s => !DnsNames.IsSubdomain(s)))
        {
            errors.Invalid(field, text, "every part of the path has to be a DNS subdomain");
        }
    }

    private static void CheckReviews(JsonList reviews, FieldPath path, FieldErrors errors)
    {
        if (reviews.Count == 0)
        {
            errors.Required(path.ToString());
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < reviews.Count; i++)
        {
            var version = reviews[i] as string ?? "";
            if (!seen.Add(version))
            {
                errors.Invalid(path.Index(i).ToString(), version, "named before; name each version once");
            }
            else if (!DnsNames.IsLabel1035(version))
            {
                errors.Invalid(path.Index(i).ToString(), version, "must be a DNS label that begins with a letter");
            }
        }

        if (!seen.Overlaps(["v1", "v1beta1"]))
        {
            errors.Invalid(path.ToString(), reviews, "this server speaks v1 and v1beta1; name one of them");
        }
    }

    private static bool IsCertificates(string bundle)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(bundle)));
            return certificates.Count > 0;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
