namespace Ahoi.Previews.Hooks;

/// <summary>Where webhooks are taken.</summary>
public sealed class HookEndpoint
{
    /// <summary>Gets the address, with the port that was taken; <see langword="null"/> before the start, and where none are.
    /// The path of a PreviewApp's is <c>hooks/NAMESPACE/NAME</c>.</summary>
    public Uri? Address { get; internal set; }
}
