using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Database;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class DatabaseConfiguration(IConfiguration? configuration) : IConfigureOptions<FanDatabaseOptions>
{
    public void Configure(FanDatabaseOptions options)
    {
        if (configuration?.GetSection("Fan:Database") is not { } section) return;
        options.Postgres = section[nameof(options.Postgres)] ?? options.Postgres;
        options.Password = section[nameof(options.Password)] ?? options.Password;
        options.Sqlite = section[nameof(options.Sqlite)] ?? options.Sqlite;
        options.MakeTables = Flag(section, nameof(options.MakeTables)) ?? options.MakeTables;
        options.PollInterval = Time(section, nameof(options.PollInterval)) ?? options.PollInterval;
        options.OperationTimeout = Time(section, nameof(options.OperationTimeout)) ?? options.OperationTimeout;
        options.MaxConnections = Number(section, nameof(options.MaxConnections)) ?? options.MaxConnections;
        options.ServeCalls = Flag(section, nameof(options.ServeCalls)) ?? options.ServeCalls;
        options.CallLease = Time(section, nameof(options.CallLease)) ?? options.CallLease;
        options.MaxMessages = Number(section, nameof(options.MaxMessages)) ?? options.MaxMessages;
        options.MaxMessageBytes = Number(section, nameof(options.MaxMessageBytes)) ?? options.MaxMessageBytes;
    }

    private static int? Number(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Bad(section, key, "a whole number", text);

    private static TimeSpan? Time(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time
        : throw Bad(section, key, "a time such as 00:00:01", text);

    private static bool? Flag(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag
        : throw Bad(section, key, "true or false", text);

    private static OptionsValidationException Bad(IConfigurationSection section, string key, string wanted, string text) =>
        new(nameof(FanDatabaseOptions), typeof(FanDatabaseOptions), [$"{section.Path}:{key} must be {wanted}; it is '{text}'."]);
}
