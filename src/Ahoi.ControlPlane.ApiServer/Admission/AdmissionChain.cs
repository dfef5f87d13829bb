using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>Everything that judges writes beyond their kind's own rules, in order.</summary>
internal sealed class AdmissionChain
{
    private IAdmission[] _parts = [];

    public void Add(IAdmission part) => _parts = [.. _parts, part];

    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
        {
            await part.MutateAsync(write, cancellationToken).ConfigureAwait(false);
        }

        if (!write.Rounds.IsWanted)
        {
            return;
        }

        write.Rounds.IsSecond = true;
        foreach (var part in _parts.Where(p => p.IsRepeated))
        {
            await part.MutateAsync(write, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks about something that is created through an object and not kept itself: an eviction, a binding, a token.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">How to do it.</param>
    /// <param name="value">What is created; may be changed.</param>
    public async ValueTask AdmitAsync(ApiRequest request, WriteOptions options, JsonMap value)
    {
        var write = new AdmissionWrite
        {
            Request = request,
            Operation = "CREATE",
            Name = request.Name,
            Value = value,
            DryRun = options.DryRun,
            Options = options.ToJson("CreateOptions"),
        };
        using var reservations = write.Reservations;
        await MutateAsync(write, request.Aborted).ConfigureAwait(false);
        await ValidateAsync(write, request.Aborted).ConfigureAwait(false);
    }

    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
        {
            await part.ValidateAsync(write, cancellationToken).ConfigureAwait(false);
        }
    }
}
