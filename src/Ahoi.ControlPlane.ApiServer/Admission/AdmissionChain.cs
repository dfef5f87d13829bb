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

    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
        {
            await part.ValidateAsync(write, cancellationToken).ConfigureAwait(false);
        }
    }
}
