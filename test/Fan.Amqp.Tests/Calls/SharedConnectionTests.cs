using System.Net;
using System.Net.Sockets;
using Fan.Amqp.Connections;
using Fan.Conformance;
using Fan.Lifetime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Amqp.Tests.Calls;

/// <summary>An application has two connections with its broker, however many use them first.</summary>
public sealed class SharedConnectionTests
{
    private const int Rounds = 100;
    private const int Users = 2;

    [Fact]
    public async Task Those_who_use_the_connections_first_at_the_same_time_share_them()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepted = 0;
        var accepting = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var socket = await listener.AcceptSocketAsync();
                    Interlocked.Increment(ref accepted);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The end of the test: it does not listen any more.
            }
        });
        var uri = $"amqp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        for (var i = 0; i < Rounds; i++) await UseAsync(uri);
        listener.Stop();
        await accepting;
        // The clock stands still: each connection was tried once.
        Assert.Equal(2 * Rounds, accepted);
    }

    private static async Task UseAsync(string uri)
    {
        var clock = new FakeTimeProvider();
        var budget = new StopBudget(TimeSpan.FromSeconds(30), clock, NullLogger.Instance);
        await using var broker = new Broker(
            Options.Create(new FanAmqpOptions { Uri = uri }),
            Options.Create(new FanOptions { Name = "caller" }),
            budget,
            clock,
            NullLogger<Broker>.Instance);
        var come = 0;
        var users = Enumerable.Range(0, Users).Select(_ => Task.Factory.StartNew(
            () =>
            {
                // Within nanoseconds of each other.
                Interlocked.Increment(ref come);
                while (Volatile.Read(ref come) < Users) Thread.SpinWait(1);
                return (
                    Outgoing: broker.Outgoing.OpenAsync(CancellationToken.None).AsTask(),
                    Incoming: broker.Incoming.OpenAsync(CancellationToken.None).AsTask());
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToList();
        foreach (var user in users)
        {
            var (outgoing, incoming) = await user;
            await Assert.ThrowsAsync<BrokerAwayException>(() => outgoing).WaitAsync(Eventually.Deadline);
            await Assert.ThrowsAsync<BrokerAwayException>(() => incoming).WaitAsync(Eventually.Deadline);
        }
    }
}
