using Fan.Settings;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Settings;

/// <summary>Checks all settings at once.</summary>
internal sealed class FanWireOptionsValidator<TOptions> : IValidateOptions<TOptions>
    where TOptions : FanWireOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var route = options is FanIpcOptions ? "ipc" : "tcp";
        var errors = options.Validate().Select(error => $"The {route} route: {error}").ToList();
        return SettingsException.RequireNone<TOptions>(errors);
    }
}
