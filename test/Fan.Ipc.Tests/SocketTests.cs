using System.Net.Sockets;
using Fan.Conformance.Transports;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Tests;

/// <summary>The socket, its folder, and who may reach it.</summary>
public sealed class SocketTests : IpcTest
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task A_socket_that_a_dead_process_left_is_removed_and_one_that_lives_is_not()
    {
        var dead = Path.Combine(Folder.FullName, "dead.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(dead + "2"));
            left.Listen();
            File.Move(dead + "2", dead);
        }

        Assert.True(File.Exists(dead));
        var one = await EndpointAsync(await ServeAsync());
        Assert.False(File.Exists(dead));
        var two = await StartAsync("second", fan => AddIpc(fan).AddService<ITill, Till>());
        Assert.Equal(2, Folder.GetFiles().Length);
        Assert.True(File.Exists(one.Properties["path"]));
        Assert.NotNull(two);
    }

    [Fact]
    public async Task A_folder_that_is_made_is_for_its_owner_only_and_one_that_was_there_keeps_its_rights()
    {
        const UnixFileMode Given = OwnerOnly | UnixFileMode.OtherExecute | UnixFileMode.GroupRead;
        File.SetUnixFileMode(Folder.FullName, Given);
        var stranger = Path.Combine(Folder.FullName, "stranger.sock");
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(stranger));
        var endpoint = await EndpointAsync(await ServeAsync());
        Assert.Equal(Given, File.GetUnixFileMode(Folder.FullName));
        Assert.True(File.Exists(stranger));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(endpoint.Properties["path"]));
        await StartAsync("deeper", fan => fan.AddIpc(ipc => ipc.Folder = Path.Combine(Folder.FullName, "made")).AddService<ITill, Till>());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Folder.FullName, "made")));
    }

    [Fact]
    public async Task What_is_out_of_reach_is_told_with_the_real_reason()
    {
        var here = await EndpointAsync(await ServeAsync());
        EndpointDescription At(string host, string path) =>
            here with { Properties = new Dictionary<string, string>(here.Properties) { ["host_id"] = host, ["path"] = path } };
        var caller = await StartAsync("caller", fan => AddIpc(fan)
            .Announce("elsewhere", "1.0.0", At("another", here.Properties["path"]))
            .Announce("gone", "1.0.0", At(here.Properties["host_id"], "/nowhere/x.sock")));
        Assert.Contains("is on another machine or in another container", await ReasonAsync("elsewhere.get"), StringComparison.Ordinal);
        Assert.Contains("has no socket at /nowhere/x.sock any more", await ReasonAsync("gone.get"), StringComparison.Ordinal);

        async Task<string> ReasonAsync(string method) =>
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync(method, default))).Message;
    }

    [Fact]
    public async Task A_folder_that_others_may_write_into_is_refused_and_left_as_it_is()
    {
        const UnixFileMode Given = OwnerOnly | UnixFileMode.GroupWrite;
        File.SetUnixFileMode(Folder.FullName, Given);
        var error = await Assert.ThrowsAsync<FanStartException>(() => ServeAsync());
        Assert.Contains("others may write into", error.Message, StringComparison.Ordinal);
        Assert.Equal(Given, File.GetUnixFileMode(Folder.FullName));
    }

    [Fact]
    public async Task A_folder_of_another_user_is_refused()
    {
        // Root's, whoever runs this; root gives one away.
        var folder = "/";
        if (Environment.IsPrivilegedProcess)
        {
            folder = Folder.CreateSubdirectory("nobody's").FullName;
            using var chown = System.Diagnostics.Process.Start("chown", ["65534", folder]);
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var error = await Assert.ThrowsAsync<FanStartException>(() => ServeAsync(options => options.Folder = folder));
        Assert.Contains("belongs to another user", error.Message, StringComparison.Ordinal);
        Assert.Contains("Fan:Ipc:Folder", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("folder")]
    public async Task A_socket_that_is_removed_is_made_anew(string what)
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var folder = Path.Combine(Folder.FullName, "made");
        var log = new Fan.Conformance.WrittenText();
        var service = await ServeAsync(options => options.Folder = folder, fan =>
        {
            fan.Services.AddSingleton<TimeProvider>(clock);
            log.Follow(fan);
        });
        var path = (await EndpointAsync(service)).Properties["path"];
        using var before = await GreetAsync(service);
        if (what == "socket") File.Delete(path);
        else Directory.Delete(folder, recursive: true);

        // Until it can be made anew, the health of the application says so.
        if (what == "socket") Directory.Delete(folder);
        await File.WriteAllTextAsync(folder, "in the way", TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        var health = service.Services.GetRequiredService<HealthCheckService>();
        var report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("not reached over ipc", report.Entries["fan"].Description, StringComparison.Ordinal);
        Assert.Contains(log.Written, line => line.Contains("has gone", StringComparison.Ordinal));
        File.Delete(folder);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
        Assert.Contains(log.Written, line => line.Contains("was made anew", StringComparison.Ordinal));

        // New callers are let in, and those that were connected go on.
        Assert.Equal(3, (await CallerAsync()).Fan.Get<ICellar>().Add(1, 2));
        await before.SendAsync(WireDecoder.Request(1, WireDecoder.Text("cellar/touch"), "{}"));
        await before.ExpectAsync("REPLY", "PING");
        // The clock stands still, so that nobody waits for it in vain.
        before.Dispose();
        await service.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_runtime_folder_of_somebody_else_does_not_fail_the_start()
    {
        var log = new Fan.Conformance.WrittenText();
        var before = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        // What is no folder can't be written into, not even by root.
        var foreign = Path.Combine(Folder.FullName, "runtime");
        Directory.CreateDirectory(foreign);
        await File.WriteAllTextAsync(Path.Combine(foreign, "fan"), "", TestContext.Current.CancellationToken);
        Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", foreign);
        try
        {
            var service = await ServeAsync(options => options.Folder = null, log.Follow);
            var caller = await CallerAsync();
            Assert.DoesNotContain(foreign, (await EndpointAsync(service)).Properties["path"], StringComparison.Ordinal);
            Assert.Equal(3, caller.Fan.Get<ICellar>().Add(1, 2));
            Assert.Contains(log.Written, line => line.Contains("is not used for sockets", StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", before);
        }
    }

    [Fact]
    public async Task A_folder_that_is_a_link_is_refused()
    {
        var link = Path.Combine(Folder.FullName, "link");
        Directory.CreateSymbolicLink(link, Path.GetTempPath());
        var error = await Assert.ThrowsAsync<FanStartException>(() => ServeAsync(options => options.Folder = link));
        Assert.Contains("is a link", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_is_too_long_for_a_socket_is_said_so_with_the_way_out()
    {
        var error = await Assert.ThrowsAsync<FanStartException>(
            () => ServeAsync(options => options.Folder = Path.Combine(Folder.FullName, new string('x', 80))));
        Assert.Contains("at most 107 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("Fan:Ipc:Folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_settings_that_are_wrong_are_told_at_once()
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => ServeAsync(options =>
            (options.Folder, options.ConnectTimeout, options.MaxConnections, options.WindowBytes, options.MaxNamesPerConnection) =
                ("relative", TimeSpan.Zero, 0, 0, -1)));
        Assert.Equal(5, error.Failures.Count());
        Assert.All(error.Failures, failure => Assert.StartsWith("The ipc route: ", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_of_another_machine_is_not_tried()
    {
        var endpoint = await EndpointAsync(await ServeAsync());
        var elsewhere = endpoint with
        {
            Properties = new Dictionary<string, string>(endpoint.Properties) { ["host_id"] = "another" },
            Instance = "another"
        };
        await RegisterAsync(elsewhere);
        var caller = await CallerAsync();
        await caller.SeesAsync("cellar", 2);
        for (var i = 0; i < 20; i++) Assert.Equal(i, caller.Fan.Get<ICellar>().Add(i, 0));
    }

    [Fact]
    public async Task A_service_that_is_only_elsewhere_is_said_to_be_out_of_reach()
    {
        await RegisterAsync(new Discovery.EndpointDescription
        {
            Transport = "ipc",
            IsFan = true,
            Methods = [new Discovery.EndpointMethod { Name = "add" }],
            Properties = new Dictionary<string, string> { ["host_id"] = "another", ["path"] = "/tmp/x.sock" },
        });
        var caller = await CallerAsync();
        var error = Assert.Throws<ServiceUnavailableException>(() => caller.Fan.Get<ICellar>().Add(1, 2));
        Assert.Contains("is on another machine or in another container, and ipc stays within one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_is_one_too_many_is_told_why_and_nothing_was_sent()
    {
        var service = await ServeAsync(options => options.MaxConnections = 1);
        using var one = await GreetAsync(service);
        var cellar = (await CallerAsync()).Fan.Get<ICellar>();
        Assert.Contains(
            "1 connections are open already",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await cellar.GetAsync(1))).Message,
            StringComparison.Ordinal);
        Assert.Equal(0, Cellar.Calls);
        one.Dispose();
        await Fan.Conformance.Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await cellar.EchoAsync("x") == "x";
                }
                catch (FanException)
                {
                    return false;
                }
            },
            "the place is free and the endpoint is tried again");
    }

    [Fact]
    public async Task More_connections_than_allowed_are_told_why()
    {
        var service = await ServeAsync(options => options.MaxConnections = 2);
        using var one = await GreetAsync(service);
        using var two = await GreetAsync(service);
        using var three = await DialAsync(service);
        Assert.Contains("2 connections are open already", (await three.ExpectEndAsync()).Message, StringComparison.Ordinal);
        one.Dispose();
        await Fan.Conformance.Eventually.TrueAsync(
            async () =>
            {
                using var next = await DialAsync(service);
                await next.SendAsync(WireDecoder.Hello());
                return (await next.ReadAsync())?.Name == "HELLO";
            },
            "the place of the first is free");
    }
}
