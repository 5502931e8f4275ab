using Fan.Conformance;
using Fan.Discovery;
using Fan.EndToEnd.Service;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Fan.EndToEnd.Tests;

/// <summary>
/// Services in processes of their own on the embedded store, called without a pause while they come, die, stop and sleep.
/// </summary>
public sealed class TwoProcessTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-endtoend-").FullName;
    private readonly List<ChildProcess> _processes = [];
    private IHost _host = null!;

    private string File => Path.Combine(_folder, "fan.db");

    private string Url => $"sqlite:{File}?session=3s";

    private ITill Till => _host.Services.GetRequiredService<IFan>().Get<ITill>();

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddFan(options => options.Name = "customer").UseStore(Url).AddSqliteStore().AddHttp().DependsOn<ITill>();
        _host = builder.Build();
        await _host.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        foreach (var process in _processes) process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_killed_process_is_gone_within_its_lease_and_fails_no_call_but_those_that_it_had()
    {
        var (one, two) = (await StartTillAsync(), await StartTillAsync());
        await using var callers = new Callers(() => Till.SellAsync());
        await AnsweredAsync(callers, one, two);
        one.Kill();
        await EndpointsAsync(1);
        await MoreAnswersAsync(callers);
        Assert.All(callers.Failures, failure => Assert.IsType<ServiceUnavailableException>(failure));
        Assert.InRange(callers.Failures.Count, 0, Callers.Count);
    }

    [Fact]
    public async Task Where_a_call_may_be_repeated_not_even_those_fail()
    {
        var (one, two) = (await StartTillAsync(), await StartTillAsync());
        await using var callers = new Callers(() => Till.WhoAsync());
        await AnsweredAsync(callers, one, two);
        one.Kill();
        await EndpointsAsync(1);
        await MoreAnswersAsync(callers);
        Assert.Empty(callers.Failures);
    }

    [Fact]
    public async Task Processes_that_are_replaced_one_after_the_other_fail_no_call()
    {
        var current = await StartTillAsync();
        await using var callers = new Callers(() => Till.SellAsync());
        for (var i = 0; i < 4; i++)
        {
            var next = await StartTillAsync();
            await AnsweredAsync(callers, next);
            current.Terminate();
            await current.WaitForAsync("ended");
            Assert.Equal(0, await current.ExitAsync());
            current = next;
        }

        await MoreAnswersAsync(callers);
        Assert.Empty(callers.Failures);
    }

    [Fact]
    public async Task A_process_that_slept_past_its_lease_is_gone_meanwhile_and_registered_again_once()
    {
        var (one, two) = (await StartTillAsync(), await StartTillAsync());
        await using var callers = new Callers(() => Till.WhoAsync());
        await AnsweredAsync(callers, one, two);
        one.Pause();
        await EndpointsAsync(1);
        one.Resume();
        await EndpointsAsync(2);
        var since = callers.AnswersByProcess[one.Id];
        await Eventually.TrueAsync(() => Task.FromResult(callers.AnswersByProcess[one.Id] > since), "the process that woke up answers");
    }

    [Fact]
    public async Task Calls_go_on_while_nobody_can_use_the_store_and_everything_is_registered_once_afterwards()
    {
        var (one, two) = (await StartTillAsync(), await StartTillAsync());
        await using var callers = new Callers(() => Till.SellAsync());
        await AnsweredAsync(callers, one, two);
        await using (var other = new SqliteConnection($"Data Source={File}"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var locking = other.BeginTransaction();
            await using (var command = other.CreateCommand())
            {
                command.Transaction = locking;
                command.CommandText = "CREATE TABLE of_somebody_else (id)";
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            await Eventually.TrueAsync(async () => await HealthAsync() != HealthStatus.Healthy, "the caller knows that the store is away");
            await MoreAnswersAsync(callers);
            await locking.RollbackAsync(TestContext.Current.CancellationToken);
        }

        await EndpointsAsync(2);
        await AnsweredAsync(callers, one, two);
        Assert.Empty(callers.Failures);
    }

    private async Task<HealthStatus> HealthAsync() =>
        (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    private async Task<ChildProcess> StartTillAsync()
    {
        var process = ChildProcess.Start("Fan.EndToEnd.Service", Url);
        _processes.Add(process);
        await process.WaitForAsync("ready");
        return process;
    }

    private Task EndpointsAsync(int count) => Eventually.TrueAsync(
        async () => (await _host.Services.GetRequiredService<IEndpointDirectory>().ListAsync()).Endpoints.Count == count,
        $"{count} endpoints are registered");

    private static Task AnsweredAsync(Callers callers, params ChildProcess[] processes)
    {
        var before = processes.ToDictionary(process => process.Id, process => callers.AnswersByProcess.GetValueOrDefault(process.Id));
        return Eventually.TrueAsync(
            () => Task.FromResult(before.All(pair => callers.AnswersByProcess.GetValueOrDefault(pair.Key) > pair.Value + 20)),
            "every process answers");
    }

    private static Task MoreAnswersAsync(Callers callers)
    {
        var before = callers.Answers;
        return Eventually.TrueAsync(() => Task.FromResult(callers.Answers > before + 500), "calls go on");
    }
}
