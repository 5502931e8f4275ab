using Fan.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Database.Settings;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class DatabaseConfiguration(IConfiguration? configuration) : IConfigureOptions<FanDatabaseOptions>
{
    public void Configure(FanDatabaseOptions options)
    {
        if (configuration?.GetSection("Fan:Database") is not { } section) return;
        var read = new SettingsReader(section);
        options.Postgres = section[nameof(options.Postgres)] ?? options.Postgres;
        options.Password = section[nameof(options.Password)] ?? options.Password;
        options.Sqlite = section[nameof(options.Sqlite)] ?? options.Sqlite;
        options.MakeTables = read.Flag(nameof(options.MakeTables), options.MakeTables);
        options.PollInterval = read.Time(nameof(options.PollInterval), options.PollInterval);
        options.OperationTimeout = read.Time(nameof(options.OperationTimeout), options.OperationTimeout);
        options.MaxConnections = read.Number(nameof(options.MaxConnections), options.MaxConnections);
        options.ServeCalls = read.Flag(nameof(options.ServeCalls), options.ServeCalls);
        options.CallLease = read.Time(nameof(options.CallLease), options.CallLease);
        options.MaxMessages = read.Number(nameof(options.MaxMessages), options.MaxMessages);
        options.MaxMessageBytes = read.Number(nameof(options.MaxMessageBytes), options.MaxMessageBytes);
        read.Require<FanDatabaseOptions>();
    }
}
