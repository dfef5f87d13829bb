namespace Ahoi.Previews.Hooks;

/// <summary>What a caller is told.</summary>
/// <param name="Code">The HTTP status.</param>
/// <param name="Message">One sentence.</param>
internal sealed record HookAnswer(int Code, string Message);
