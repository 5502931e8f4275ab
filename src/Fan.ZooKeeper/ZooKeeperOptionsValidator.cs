using Microsoft.Extensions.Options;

namespace Fan.ZooKeeper;

/// <summary>Checks all settings at once.</summary>
internal sealed class ZooKeeperOptionsValidator : IValidateOptions<ZooKeeperOptions>
{
    public ValidateOptionsResult Validate(string? name, ZooKeeperOptions options)
    {
        var errors = options.Validate().ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
