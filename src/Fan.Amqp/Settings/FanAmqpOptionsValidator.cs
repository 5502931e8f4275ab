using Fan.Settings;
using Microsoft.Extensions.Options;

namespace Fan.Amqp.Settings;

/// <summary>Checks all settings at once.</summary>
internal sealed class FanAmqpOptionsValidator : IValidateOptions<FanAmqpOptions>
{
    public ValidateOptionsResult Validate(string? name, FanAmqpOptions options)
    {
        var errors = options.Validate().Select(error => $"The amqp route: {error}").ToList();
        return SettingsException.RequireNone<FanAmqpOptions>(errors);
    }
}
