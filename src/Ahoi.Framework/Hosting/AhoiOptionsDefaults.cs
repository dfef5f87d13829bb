using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ahoi.Framework.Hosting;

/// <summary>Fills in what follows from the application.</summary>
internal sealed class AhoiOptionsDefaults(IHostEnvironment? environment = null) : IPostConfigureOptions<AhoiOptions>
{
    public void PostConfigure(string? name, AhoiOptions options)
    {
        if (options.OperatorName.Length == 0)
        {
            options.OperatorName = (environment?.ApplicationName ?? "ahoi").ToLowerInvariant();
        }
    }
}
