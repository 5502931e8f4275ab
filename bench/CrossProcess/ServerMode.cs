namespace CrossProcess;

/// <summary>The process of a server: says its address, then what it has used for each line on standard input, and ends with it.</summary>
internal static class ServerMode
{
    public static async Task<int> RunAsync(Contender contender, TextReader input, TextWriter output)
    {
        await using var server = await contender.StartServer();
        await output.WriteLineAsync(server.Address);
        while (await input.ReadLineAsync() is not null) await output.WriteLineAsync(Usage.OfThisProcess().ToString());
        return 0;
    }
}
