using System.Collections.Concurrent;
using System.Net.Sockets;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fan.Http.Tests;

/// <summary>
/// Bodies that break off or are framed wrongly are the sender's affair: refused where somebody is there to be told, and no noise in the
/// log.
/// </summary>
public sealed class BrokenBodyTests : HttpTest
{
    private readonly Lines _log = new();
    private TransportApplication _service = null!;
    private Uri _address = null!;

    public override async ValueTask InitializeAsync()
    {
        _service = await StartAsync("cellars", fan =>
        {
            fan.AddService<ICellar>(_ => new Cellar());
            fan.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(_log));
        });
        _address = await AddressAsync(_service, "cellar");
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("80000000")]
    [InlineData("-1")]
    [InlineData("xyz")]
    public async Task A_size_of_a_chunk_that_is_none_is_a_bad_message(string size)
    {
        using var client = new RawClient(_address);
        await client.WriteAsync($"POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}");
        var reply = await client.ReadAsync();
        Assert.Equal(
            (400, "bad_message", "body"),
            (reply!.Status, Json(reply.Text).GetProperty("code").GetString(), Json(reply.Text).GetProperty("place").GetString()));
        Assert.Empty(_log.Loud);
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\n{\"id\"", false)]
    [InlineData("Content-Length: 100\r\n\r\n{\"id\"", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"i", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"i", true)]
    public async Task A_body_that_breaks_off_leaves_no_stack_in_the_log(string request, bool reset)
    {
        for (var i = 0; i < 50; i++)
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(_address.Host, _address.Port, TestContext.Current.CancellationToken);
            await client.SendAsync(
                System.Text.Encoding.ASCII.GetBytes("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\n" + request),
                TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(() => Task.FromResult(client.Poll(0, SelectMode.SelectWrite)), "it is sent");
            if (reset) client.LingerState = new LingerOption(true, 0);
        }

        // On another connection: what came before has been seen when this is served.
        Assert.Equal(3, (await StartAsync("caller")).Fan.Get<ICellar>().Add(1, 2));
        await _service.StopAsync();
        Assert.True(!_log.Loud.Any(), string.Join("\n", _log.Loud));
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Loud => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Information && (logLevel >= LogLevel.Warning || exception is not null))
            {
                _lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
