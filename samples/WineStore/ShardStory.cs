using Fan;
using Fan.Switching;
using WineStore.Contracts;

namespace WineStore;

/// <summary>The story of a move: a store's stock goes to another process, while its registers sell without a pause.</summary>
internal sealed class ShardStory(IFan fan, ISystemChanges changes, TextWriter output)
{
    private const int StoreId = 42;
    private const int Wine = 7;
    private const int Bottles = 100_000;
    private const int SalesOfEach = 50;
    private const string Service = "retail.store.stock";

    private static readonly ChangeOptions Author = new() { Author = "story" };

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        output.WriteLine("A store's stock moves to another process, while its registers sell:");
        var stock = fan.Get<IStock>(StoreId);
        var delivered = await stock.DeliverAsync(Wine, Bottles, cancellationToken);
        var today = (await changes.ShardsAsync(Service, cancellationToken)).Single(shard => shard.Token == delivered.Token);
        var other = today.Holder == "retail" ? "retail-next" : "retail";
        output.WriteLine($"  store {StoreId} is shard {today.Shard}, kept by {today.Holder} with fencing token {today.Token}");

        await using var registers = new Registers<long>(async _ => (await stock.SellAsync(Wine)).Token);
        await registers.MoreAsync(today.Token, SalesOfEach, cancellationToken);
        var move = await changes.MoveShardsAsync(
            Service,
            new Dictionary<int, string?> { [today.Shard] = other },
            Author with { Reason = $"Store {StoreId} moves." },
            cancellationToken: cancellationToken);
        var moved = await KeptByAsync(today.Shard, other, cancellationToken);
        output.WriteLine($"  moved to {moved.Holder} by commit {move.Commit.Number}, fencing token {moved.Token}");
        await registers.MoreAsync(moved.Token, SalesOfEach, cancellationToken);
        var revert = await changes.RevertAsync(move.Commit.Number, Author, cancellationToken: cancellationToken);
        var back = await KeptByAsync(today.Shard, today.Holder, cancellationToken);
        output.WriteLine($"  and back to {back.Holder} by commit {revert.Commit.Number}, fencing token {back.Token}");
        await registers.MoreAsync(back.Token, SalesOfEach, cancellationToken);
        await registers.StopAsync();

        var left = (await stock.CountAsync(Wine, cancellationToken)).Bottles;
        var sold = registers.Counts.Values.Sum();
        var byOther = registers.CountOf(moved.Token);
        output.WriteLine(
            $"  bottles sold: {sold - byOther} by {today.Holder}, {byOther} by {moved.Holder}; failed calls: {registers.Failures.Count}");
        output.WriteLine();
        if (registers.Failures.FirstOrDefault() is { } failure)
        {
            throw new StoryException($"A sale ended with {failure.Code}: {failure.Message}");
        }

        if (delivered.Bottles - left != sold)
        {
            throw new StoryException($"{sold} bottles were sold, and {delivered.Bottles - left} are missing.");
        }
    }

    private async Task<ShardState> KeptByAsync(int shard, string? keeper, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = (await changes.ShardsAsync(Service, cancellationToken))[shard];
            if (state.Holder == keeper) return state;
            await Task.Delay(5, cancellationToken);
        }
    }
}
