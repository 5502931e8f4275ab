using Fan.Settings;
using Microsoft.Extensions.Options;

namespace Fan.Http.Settings;

/// <summary>Checks all settings at once.</summary>
internal sealed class FanHttpOptionsValidator : IValidateOptions<FanHttpOptions>
{
    public ValidateOptionsResult Validate(string? name, FanHttpOptions options)
    {
        var errors = options.Validate().ToList();
        return SettingsException.RequireNone<FanHttpOptions>(errors);
    }
}
