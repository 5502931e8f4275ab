using System.IO.Pipelines;
using Fan.Conformance.Transports;
using Fan.Http.Origins;
using Fan.Http.Serving;
using Fan.Http.Templates;
using Fan.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Http.Tests;

/// <summary>
/// A caller that hangs up just as its reply is made: the reply stands in the writer, and nothing may be written behind it.
/// </summary>
public sealed class LateEndTests : HttpTest
{
    [Theory]
    [InlineData("/cellar/add", """{"left": 1, "right": 2}""")]
    [InlineData("/cellar/text_of", """{"length": 20000}""")]
    public async Task A_reply_that_stands_in_the_writer_gets_no_problem_behind_it(string path, string arguments)
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var server = service.Services.GetRequiredService<CallServer>();
        var dispatcher = new CallDispatcher(
            server,
            new TemplateTable(server),
            new LameDuck(TimeSpan.Zero, TimeProvider.System),
            new RequestCaller(asksCallers: false),
            new OriginGuard(new FanHttpOptions()));
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var web = builder.Build();
        var failure = new TaskCompletionSource<Exception?>();
        web.Run(async context =>
        {
            context.Features.Set<IRequestBodyPipeFeature>(new Gone(context.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader));
            failure.TrySetResult(await Record.ExceptionAsync(() => dispatcher.ServeAsync(context.Features)));
        });
        await web.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        using var client = new RawClient(address);
        await client.WriteAsync(RawClient.Request($"POST {path} HTTP/1.1", "", System.Text.Encoding.UTF8.GetBytes(arguments)));
        Assert.Null(await failure.Task.WaitAsync(Fan.Conformance.Eventually.Deadline, TestContext.Current.CancellationToken));
    }

    // As the body of a stream of HTTP/2 that was reset: its end can't be taken any more.
    private sealed class Gone(PipeReader body) : PipeReader, IRequestBodyPipeFeature
    {
        public PipeReader Reader => this;

        public override void AdvanceTo(SequencePosition consumed) => throw new IOException("The client reset the request stream.");

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => body.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => body.CancelPendingRead();

        public override void Complete(Exception? exception = null) => body.Complete(exception);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => body.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => body.TryRead(out result);
    }
}
