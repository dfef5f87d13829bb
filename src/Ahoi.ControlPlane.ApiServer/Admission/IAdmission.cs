namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>
/// A part of the admission chain. Mutating parts run before an object is validated, validating ones after; a part that
/// throws an <see cref="Ahoi.Api.Errors.ApiException"/> refuses the request.
/// </summary>
internal interface IAdmission
{
    /// <summary>Gets whether <see cref="MutateAsync"/> is asked again after policies or webhooks have changed the object.</summary>
    bool IsRepeated => false;

    /// <summary>Sees an object before it is validated, and may change it.</summary>
    /// <param name="write">The write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is done.</returns>
    ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Sees an object as it would be stored, and may refuse it.</summary>
    /// <param name="write">The write; its objects may not be changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is done.</returns>
    ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
