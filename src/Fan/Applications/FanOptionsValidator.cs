using Fan.Settings;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>Checks all settings at once.</summary>
internal sealed class FanOptionsValidator : IValidateOptions<FanOptions>
{
    public ValidateOptionsResult Validate(string? name, FanOptions options)
    {
        var errors = options.Validate().ToList();
        return SettingsException.RequireNone<FanOptions>(errors);
    }
}
