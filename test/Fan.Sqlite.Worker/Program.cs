using System.Text;
using Fan.Coordination;
using Fan.Sqlite;

// Another process with a session of its own, for the tests: it does one thing and tells what it did, line by line.
var (verb, url, name) = (args[0], args[1], args[2]);
await using var store = new SqliteCoordinationStore(SqliteStoreUrl.Parse(url), TimeProvider.System);
try
{
    await store.OpenAsync();
}
catch (StoreUnavailableException error)
{
    Console.WriteLine(error.Message);
    return 1;
}

switch (verb)
{
    case "hold":
        await store.CommitAsync([new StoreOperation.Create("/" + name, default, NodeKind.Ephemeral)]);
        // Whoever reads that line may stop the process at once: what becomes of its session must be followed by then.
        await using (var states = store.WatchSessionAsync().GetAsyncEnumerator())
        {
            await states.MoveNextAsync();
            Console.WriteLine("ready");
            while (await states.MoveNextAsync()) Console.WriteLine(states.Current);
        }

        break;

    case "commit":
        // Both nodes get one number in one commit: a commit that was cut in half would show.
        await store.CommitAsync(
            [new StoreOperation.Create($"/{name}_left", "0"u8.ToArray()), new StoreOperation.Create($"/{name}_right", "0"u8.ToArray())]);
        Console.WriteLine("ready");
        for (var i = 1; ; i++)
        {
            var data = Encoding.UTF8.GetBytes(i.ToString());
            await store.CommitAsync([new StoreOperation.Set($"/{name}_left", data), new StoreOperation.Set($"/{name}_right", data)]);
            Console.WriteLine(i);
        }

    case "count":
        for (var i = 0; i < 200;)
        {
            var node = (await store.GetAsync("/" + name))!;
            var next = Encoding.UTF8.GetBytes((int.Parse(Encoding.UTF8.GetString(node.Data.Span)) + 1).ToString());
            try
            {
                await store.CommitAsync([new StoreOperation.Set("/" + name, next, node.Version)]);
                i++;
            }
            catch (StoreConflictException)
            {
                // Another process was faster.
            }
        }

        Console.WriteLine("done");
        break;

    case "fill":
        var filled = 0;
        try
        {
            for (; ; filled++) await store.CommitAsync([new StoreOperation.Create($"/{name}{filled}", new byte[100_000])]);
        }
        catch (StoreUnavailableException error)
        {
            Console.WriteLine(error.Message);
        }

        // What was acknowledged is there, and with room the same store goes on.
        File.Delete(Path.Combine(Path.GetDirectoryName(SqliteStoreUrl.Parse(url).FilePath)!, "ballast"));
        for (; filled > 0; filled--)
        {
            if (await store.GetAsync($"/{name}{filled - 1}") is not { Data.Length: 100_000 }) Console.WriteLine($"{filled - 1} is lost");
        }

        await store.CommitAsync([new StoreOperation.Create("/" + name)]);
        Console.WriteLine("goes on");
        break;

    default:
        Console.Error.WriteLine($"unknown verb {verb}");
        return 2;
}

return 0;
