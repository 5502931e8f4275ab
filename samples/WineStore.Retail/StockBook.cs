using System.Globalization;
using Fan;
using Microsoft.Extensions.Configuration;

namespace WineStore.Retail;

/// <summary>
/// Where the bottles are written down: a file for each wine of a store, with the fencing token of its last writer. It refuses a
/// writer with a lower one, so that a keeper who does not know yet that it is none any more changes nothing. The setting
/// <c>WineStore:Folder</c> names the folder that all keepers share; without it this process has a new one. Safe from any thread.
/// </summary>
internal sealed class StockBook(IConfiguration configuration)
{
    private readonly string _folder = Directory.CreateDirectory(
        configuration["WineStore:Folder"] ?? Directory.CreateTempSubdirectory("winestore-").FullName).FullName;

    private readonly Lock _gate = new();

    /// <summary>Adds bottles, or takes some away, and returns how many there are.</summary>
    public int Change(int storeId, int inventoryId, int by, long token)
    {
        lock (_gate)
        {
            using var file = new FileStream(
                Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"stock-{storeId}-{inventoryId}.txt")),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None);
            using var reader = new StreamReader(file, leaveOpen: true);
            var (bottles, seen) = reader.ReadToEnd().Split(' ') is [var count, var last]
                ? (int.Parse(count, CultureInfo.InvariantCulture), long.Parse(last, CultureInfo.InvariantCulture)) : (0, 0);
            if (token < seen)
            {
                throw new ServiceFaultException(
                    "not_the_keeper", $"Store {storeId} has another keeper: the token is {token}, and {seen} was seen.");
            }

            if (bottles + by < 0) throw new ServiceFaultException("sold_out", $"Store {storeId} has no bottle of wine {inventoryId}.");
            if (by == 0) return bottles;
            file.SetLength(0);
            using var writer = new StreamWriter(file, leaveOpen: true);
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{bottles + by} {token}"));
            return bottles + by;
        }
    }
}
