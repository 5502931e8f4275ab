using Fan.Coordination;
using Microsoft.Extensions.Logging;

namespace Fan.Sqlite;

/// <summary>Makes embedded stores from <c>sqlite:PATH</c>.</summary>
internal sealed class SqliteStoreProvider(TimeProvider clock, ILogger<SqliteCoordinationStore> logger) : IStoreProvider
{
    public string Scheme => "sqlite";

    public string DefaultUrl => "sqlite:" + DefaultPlace.Find(Environment.GetEnvironmentVariable);

    public ICoordinationStore Create(string url) => Create(url, mustExist: false);

    public ICoordinationStore CreateExisting(string url) => Create(url, mustExist: true);

    private SqliteCoordinationStore Create(string url, bool mustExist)
    {
        var place = SqliteStoreUrl.Parse(url);
        var file = new StoreFile(place.FilePath, place.Lease, clock) { MustExist = mustExist, IsDefault = IsDefault(place.FilePath) };
        return new SqliteCoordinationStore(place, file, clock, logger);
    }

    private static bool IsDefault(string path)
    {
        try
        {
            return path == DefaultPlace.Find(Environment.GetEnvironmentVariable);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
