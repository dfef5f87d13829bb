using System.Security.Cryptography;
using Ahoi.ControlPlane.ApiServer.Access.Rbac;
using Ahoi.ControlPlane.ApiServer.Access.Reviews;
using Ahoi.ControlPlane.ApiServer.Access.Tokens;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>Puts access control into a server: who decides, who signs tokens, and what answers questions about both.</summary>
internal static class AccessSetup
{
    private const string Authorization = "authorization.k8s.io";
    private const string Authentication = "authentication.k8s.io";

    public static void Install(ServerParts parts, Handlers handlers, ECDsa signingKey)
    {
        var source = new RbacSource(parts.Feed, parts.Registry);
        var authorizer = new RbacAuthorizer(source);
        var tokens = new ServiceAccountTokens(signingKey, parts.Time);
        var accounts = new ServiceAccountAuthenticator(tokens, parts.Feed, parts.Registry, parts.Time);

        var issuer = new IssuerDiscovery(signingKey);
        parts.OpenPaths[IssuerDiscovery.ConfigurationPath] = issuer.WriteConfigurationAsync;
        parts.OpenPaths[IssuerDiscovery.KeysPath] = issuer.WriteKeysAsync;
        parts.Authorizer = authorizer;
        parts.Authenticator.Others = accounts.AuthenticateAsync;
        parts.Admission.Add(new EscalationAdmission(authorizer, source));

        handlers.Add("", "serviceaccounts", "token", new TokenRequests(tokens, parts.Admission, parts.Feed, parts.Registry));
        handlers.Add(Authentication, "selfsubjectreviews", new SelfSubjectReview());
        handlers.Add(Authentication, "tokenreviews", new TokenReview(parts.Authenticator, accounts));
        handlers.Add(Authorization, "selfsubjectaccessreviews", new AccessReview(authorizer, self: true));
        handlers.Add(Authorization, "subjectaccessreviews", new AccessReview(authorizer, self: false));
        handlers.Add(Authorization, "localsubjectaccessreviews", new AccessReview(authorizer, self: false));
        handlers.Add(Authorization, "selfsubjectrulesreviews", new SelfSubjectRulesReview(source));
    }
}
