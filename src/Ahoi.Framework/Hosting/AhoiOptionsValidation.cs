using Microsoft.Extensions.Options;

namespace Ahoi.Framework.Hosting;

/// <summary>Refuses settings that cannot work.</summary>
internal sealed class AhoiOptionsValidation : IValidateOptions<AhoiOptions>
{
    public ValidateOptionsResult Validate(string? name, AhoiOptions options)
    {
        var faults = new List<string>();
        if (options.OperatorName.Length is 0 or > 60)
        {
            faults.Add($"{nameof(AhoiOptions.OperatorName)} must have 1 to 60 characters");
        }

        if (options.DrainTimeout < TimeSpan.Zero)
        {
            faults.Add($"{nameof(AhoiOptions.DrainTimeout)} must not be negative");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
