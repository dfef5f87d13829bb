namespace Ahoi.ControlPlane.Node.Tests.Network;

/// <summary>Waits for what has no signal of its own.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task HoldsAsync(Func<bool> condition) => await HoldsAsync(() => Task.FromResult(condition()));

    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
