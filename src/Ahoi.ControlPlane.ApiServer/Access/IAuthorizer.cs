namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>Decides who may do what.</summary>
internal interface IAuthorizer
{
    /// <summary>Judges a request.</summary>
    /// <param name="request">What somebody wants to do.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The verdict.</returns>
    ValueTask<AccessVerdict> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken);
}
