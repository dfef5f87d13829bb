using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Admission;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Discovery;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>What the handlers of requests share.</summary>
internal sealed class ServerParts
{
    public required IRevisionStore Store { get; init; }

    public required TimeProvider Time { get; init; }

    public required ResourceRegistry Registry { get; init; }

    public required ObjectFeed Feed { get; init; }

    public required ListReader Lists { get; init; }

    public required DiscoveryDocuments Discovery { get; init; }

    public required TokenAuthenticator Authenticator { get; init; }

    public required AdmissionChain Admission { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Gets what is cancelled when the server stops: watches end by it.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Gets or sets who decides who may do what.</summary>
    public IAuthorizer Authorizer { get => field ?? throw new InvalidOperationException("Access control was not set up."); set; }

    /// <summary>Gets or sets whether everything the server needs is there.</summary>
    public bool Ready { get; set; }

    /// <summary>Gets the paths that anybody may read, signed in or not, by path.</summary>
    public Dictionary<string, Func<Microsoft.AspNetCore.Http.HttpContext, ValueTask>> OpenPaths { get; } = new(StringComparer.Ordinal);
}
