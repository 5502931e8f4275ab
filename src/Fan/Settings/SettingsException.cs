using Microsoft.Extensions.Options;

namespace Fan.Settings;

/// <summary>
/// Settings that can't be used. As a text it is what is wrong with them and no more, whoever prints it: the stack of a container says
/// nothing to those who set them.
/// </summary>
internal sealed class SettingsException(string name, Type type, IEnumerable<string> failures)
    : OptionsValidationException(name, type, failures)
{
    /// <summary>The message alone.</summary>
    public override string ToString() => Message;

    /// <summary>What a validator returns where it has found nothing.</summary>
    /// <exception cref="SettingsException">It has found something.</exception>
    public static ValidateOptionsResult RequireNone<TOptions>(IReadOnlyCollection<string> errors) =>
        errors.Count == 0 ? ValidateOptionsResult.Success : throw new SettingsException(typeof(TOptions).Name, typeof(TOptions), errors);
}
