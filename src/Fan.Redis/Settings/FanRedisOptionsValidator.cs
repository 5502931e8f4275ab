using Fan.Settings;
using Microsoft.Extensions.Options;

namespace Fan.Redis.Settings;

/// <summary>Checks all settings at once.</summary>
internal sealed class FanRedisOptionsValidator : IValidateOptions<FanRedisOptions>
{
    public ValidateOptionsResult Validate(string? name, FanRedisOptions options)
    {
        var errors = options.Validate().Select(error => $"The redis route: {error}").ToList();
        return SettingsException.RequireNone<FanRedisOptions>(errors);
    }
}
