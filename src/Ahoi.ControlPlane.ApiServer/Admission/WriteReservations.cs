namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>What a write has taken on its way: kept once the write is stored, given back when it fails or was a dry run.</summary>
internal sealed class WriteReservations : IDisposable
{
    private List<(Action Keep, IDisposable Taken)>? _taken;

    /// <summary>Notes something that was taken.</summary>
    /// <param name="keep">Makes it final.</param>
    /// <param name="taken">Gives it back when disposed of, unless it was kept.</param>
    public void Add(Action keep, IDisposable taken) => (_taken ??= []).Add((keep, taken));

    /// <summary>The write is stored.</summary>
    public void Keep() => _taken?.ForEach(t => t.Keep());

    /// <inheritdoc/>
    public void Dispose() => _taken?.ForEach(t => t.Taken.Dispose());
}
