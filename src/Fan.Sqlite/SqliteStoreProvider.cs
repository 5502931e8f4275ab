using Fan.Coordination;

namespace Fan.Sqlite;

/// <summary>Makes embedded stores from <c>sqlite:PATH</c>.</summary>
internal sealed class SqliteStoreProvider(TimeProvider clock) : IStoreProvider
{
    public string Scheme => "sqlite";

    public string DefaultUrl => "sqlite:" + DefaultPath();

    public ICoordinationStore Create(string url) => new SqliteCoordinationStore(SqliteStoreUrl.Parse(url), clock);

    private static string DefaultPath()
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        // A daemon may run without a home.
        return Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "fan", "fan.db");
    }
}
