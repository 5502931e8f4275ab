using Fan.Coordination;
using Fan.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fan;

/// <summary>Adds the embedded store.</summary>
public static class SqliteFanBuilderExtensions
{
    /// <summary>
    /// Makes <c>sqlite:PATH</c> a store that <see cref="FanBuilder.UseStore(string)"/> and <c>FAN_STORE</c> can name, and the one that is
    /// used when nobody names one.
    /// </summary>
    /// <remarks>
    /// <c>?session=10s</c> after the path sets for how long a process that does not answer keeps its endpoints (1 s to 1 h, default 10 s).
    /// </remarks>
    public static FanBuilder AddSqliteStore(this FanBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IStoreProvider, SqliteStoreProvider>());
        return builder;
    }
}
