using Fan.Settings;
using Microsoft.Extensions.Options;

namespace Fan.Database.Settings;

/// <summary>Checks all settings at once.</summary>
internal sealed class FanDatabaseOptionsValidator : IValidateOptions<FanDatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, FanDatabaseOptions options)
    {
        var errors = options.Validate().Select(error => $"The database route: {error}").ToList();
        return SettingsException.RequireNone<FanDatabaseOptions>(errors);
    }
}
