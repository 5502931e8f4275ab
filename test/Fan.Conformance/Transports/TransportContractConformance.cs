namespace Fan.Conformance.Transports;

/// <summary>Caller and service that were built with two forms of one contract.</summary>
public abstract class TransportContractConformance : TransportConformance
{
    private readonly Racks _racks = new();

    [Fact]
    public async Task An_old_caller_talks_to_a_service_with_more_members_and_arguments()
    {
        await StartAsync("racks", fan => fan.AddService<IRackTwo>(_ => _racks));
        var rack = (await StartAsync("old")).Fan.Get<IRackOne>();

        Assert.Equal(new Shelf(7, "left"), await rack.FindAsync(7, TestContext.Current.CancellationToken));
        Assert.Equal("left 7 none 1", await rack.MoveAsync(new Shelf(7, "left"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_new_caller_talks_to_a_service_that_lacks_members()
    {
        await StartAsync("racks", fan => fan.AddService<IRackOne>(_ => _racks));
        var rack = (await StartAsync("new", fan => fan.Uses<IRackTwo>("^1.0.0"))).Fan.Get<IRackTwo>();

        Assert.Equal(new NotedShelf(7, "left"), await rack.FindAsync(7, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_method_that_would_be_misread_is_refused_before_it_is_sent()
    {
        await StartAsync("racks", fan => fan.AddService<IRackTwo>(_ => _racks));
        var rack = (await StartAsync("old")).Fan.Get<IRackOne>();

        var asked = await Assert.ThrowsAsync<ContractMismatchException>(
            async () => await rack.KeyAsync(TestContext.Current.CancellationToken));
        var sent = await Assert.ThrowsAsync<ContractMismatchException>(
            async () => await rack.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        var streamed = await Assert.ThrowsAsync<ContractMismatchException>(
            async () => await rack.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));

        Assert.Equal(0, _racks.Misread);
        Assert.Equal(("rack", "key"), (asked.Service, asked.Method));
        Assert.NotEqual(asked.CallerFingerprint, asked.EndpointFingerprint);
        Assert.StartsWith(
            "'rack.key' of 1.1.0 is not the method that the caller was built with: " +
            "result is decimal in 1.1.0 and Guid in the caller's contract.",
            asked.Message,
            StringComparison.Ordinal);
        Assert.Contains(asked.CallerFingerprint, asked.Message, StringComparison.Ordinal);
        Assert.Contains(asked.EndpointFingerprint, asked.Message, StringComparison.Ordinal);
        Assert.Contains("time is TimeSpan in the caller's contract and DateTime in 1.1.0", sent.Message, StringComparison.Ordinal);
        Assert.Contains("Red is 0 in 1.1.0 and 1 in the caller's contract", streamed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mismatch_further_on_keeps_its_kind_on_the_way_back()
    {
        await StartAsync("racks", fan => fan.AddService<IRackTwo>(_ => _racks));
        IFan? between = null;
        between = (await StartAsync("between", fan => fan.AddService<IRackDesk>(_ => new RackDesk(() => between!.Get<IRackOne>())))).Fan;

        var error = await Assert.ThrowsAsync<ContractMismatchException>(
            async () => await Caller.Fan.Get<IRackDesk>().KeyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(("rack", "key"), (error.Service, error.Method));
        Assert.NotEqual(error.CallerFingerprint, error.EndpointFingerprint);
    }
}

public sealed record Shelf(int Id, string Name);

public sealed record NotedShelf(int Id, string Name, string? Note = null);

public enum OldColour
{
    White,
    Red,
}

public enum NewColour
{
    Red,
    White,
}

[Service("rack", Version = "1.0.0")]
public interface IRackOne
{
    ValueTask<Shelf> FindAsync(int id, CancellationToken ct = default);

    ValueTask<string> MoveAsync(Shelf shelf, CancellationToken ct = default);

    ValueTask<Guid> KeyAsync(CancellationToken ct = default);

    ValueTask<int> WaitAsync(TimeSpan time, CancellationToken ct = default);

    IAsyncEnumerable<OldColour> ListAsync(CancellationToken ct = default);
}

/// <summary>What it must not be changed into without a major step, beside what it may.</summary>
[Service("rack", Version = "1.1.0")]
public interface IRackTwo
{
    ValueTask<NotedShelf> FindAsync(int id, CancellationToken ct = default);

    ValueTask<string> MoveAsync(NotedShelf shelf, int steps = 1, CancellationToken ct = default);

    ValueTask<decimal> KeyAsync(CancellationToken ct = default);

    ValueTask<int> WaitAsync(DateTime time, CancellationToken ct = default);

    IAsyncEnumerable<NewColour> ListAsync(CancellationToken ct = default);
}

[Service("rack_desk")]
public interface IRackDesk
{
    ValueTask<string> KeyAsync(CancellationToken ct = default);
}

internal sealed class RackDesk(Func<IRackOne> rack) : IRackDesk
{
    public async ValueTask<string> KeyAsync(CancellationToken ct = default) => (await rack().KeyAsync(ct)).ToString();
}

internal sealed class Racks : IRackOne, IRackTwo
{
    public int Misread { get; private set; }

    ValueTask<Shelf> IRackOne.FindAsync(int id, CancellationToken ct) => new(new Shelf(id, "left"));

    public ValueTask<NotedShelf> FindAsync(int id, CancellationToken ct = default) => new(new NotedShelf(id, "left", "new"));

    public ValueTask<string> MoveAsync(Shelf shelf, CancellationToken ct = default) => new(shelf.Name);

    public ValueTask<string> MoveAsync(NotedShelf shelf, int steps = 1, CancellationToken ct = default) =>
        new($"{shelf.Name} {shelf.Id} {shelf.Note ?? "none"} {steps}");

    ValueTask<Guid> IRackOne.KeyAsync(CancellationToken ct) => new(Guid.NewGuid());

    public ValueTask<decimal> KeyAsync(CancellationToken ct = default) => new(++Misread);

    public ValueTask<int> WaitAsync(TimeSpan time, CancellationToken ct = default) => new(1);

    public ValueTask<int> WaitAsync(DateTime time, CancellationToken ct = default) => new(++Misread);

    IAsyncEnumerable<OldColour> IRackOne.ListAsync(CancellationToken ct) => AsyncEnumerable.Empty<OldColour>();

    public async IAsyncEnumerable<NewColour> ListAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        Misread++;
        await Task.Yield();
        yield return NewColour.Red;
    }
}
