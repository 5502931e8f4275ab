using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Fan.Settings;

/// <summary>
/// Reads the settings of one section of configuration, and tells at the end all that can't be read. By hand, as a binder would need
/// reflection.
/// </summary>
internal sealed class SettingsReader(IConfigurationSection section)
{
    private readonly List<string> _errors = [];

    /// <param name="key">Below the section.</param>
    /// <param name="otherwise">What holds where nothing is set.</param>
    public int Number(string key, int otherwise) => section[key] is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : Bad(key, "a whole number", text, otherwise);

    public int? Number(string key, int? otherwise) => section[key] is null ? otherwise : Number(key, 0);

    public bool Flag(string key, bool otherwise) => section[key] is not { } text ? otherwise
        : bool.TryParse(text, out var flag) ? flag
        : Bad(key, "true or false", text, otherwise);

    public TimeSpan Time(string key, TimeSpan otherwise) => section[key] is not { } text ? otherwise
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time
        : Bad(key, "a time such as 00:00:30", text, otherwise);

    public TimeSpan? Time(string key, TimeSpan? otherwise) => section[key] is null ? otherwise : Time(key, TimeSpan.Zero);

    /// <exception cref="SettingsException">Something can't be read.</exception>
    public void Require<TOptions>() => SettingsException.RequireNone<TOptions>(_errors);

    private T Bad<T>(string key, string wanted, string text, T otherwise)
    {
        _errors.Add($"{section.Path}:{key} must be {wanted}; it is '{text}'.");
        return otherwise;
    }
}
