using Fan.Settings;
using Microsoft.Extensions.Options;

namespace Fan.ZooKeeper;

/// <summary>Checks all settings at once.</summary>
internal sealed class ZooKeeperOptionsValidator : IValidateOptions<ZooKeeperOptions>
{
    public ValidateOptionsResult Validate(string? name, ZooKeeperOptions options)
    {
        var errors = options.Validate().ToList();
        return SettingsException.RequireNone<ZooKeeperOptions>(errors);
    }
}
