using Fan.Ipc.Pipes;

namespace Fan.Ipc.Tests;

public sealed class PipeTests
{
    [Fact]
    public void A_name_is_found_again_within_its_full_name()
    {
        var name = PipeName.Within(PipeName.Create());
        Assert.StartsWith("fan-", name);
        Assert.NotEqual(name, PipeName.Within(PipeName.Create()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(@"\\.\pipe\fan-")]
    [InlineData(@"\\.\pipe\lsass")]
    [InlineData(@"\\.\pipe\fan-0123456789abcdef0123456789abcdeg")]
    [InlineData(@"\\.\pipe\fan-..\..\0123456789abcdef01234567")]
    [InlineData(@"\\elsewhere\pipe\fan-0123456789abcdef0123456789abcdef")]
    [InlineData(@"\\.\pipe\fan-0123456789abcdef0123456789abcdef0")]
    public void What_stands_in_the_store_leads_to_no_other_pipe(string fullName) => Assert.Null(PipeName.Within(fullName));

    [Fact]
    public async Task A_pipe_accepts_one_caller_after_the_other_and_ends_when_it_is_disposed_of()
    {
        var deadline = TestContext.Current.CancellationToken;
        var fullName = PipeName.Create();
        var acceptor = new PipeAcceptor(fullName);
        acceptor.Open();
        for (var caller = 0; caller < 3; caller++)
        {
            await using var client = new System.IO.Pipes.NamedPipeClientStream(
                ".", PipeName.Within(fullName)!, System.IO.Pipes.PipeDirection.InOut, System.IO.Pipes.PipeOptions.Asynchronous);
            var accepting = acceptor.AcceptAsync(deadline).AsTask();
            await client.ConnectAsync(deadline);
            using var accepted = (Stream)await accepting;
            await client.WriteAsync(new byte[] { 7 }, deadline);
            Assert.Equal(7, accepted.ReadByte());
        }

        var last = acceptor.AcceptAsync(deadline).AsTask();
        acceptor.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => last);
    }
}
