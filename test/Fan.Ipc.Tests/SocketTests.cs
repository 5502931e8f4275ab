using System.Net.Sockets;
using Fan.Conformance.Transports;
using Fan.Discovery;
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
    public async Task The_folder_is_for_its_owner_only()
    {
        File.SetUnixFileMode(Folder.FullName, OwnerOnly | UnixFileMode.OtherExecute | UnixFileMode.GroupRead);
        await ServeAsync();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Folder.FullName));
        await StartAsync("deeper", fan => fan.AddIpc(ipc => ipc.Folder = Path.Combine(Folder.FullName, "made")).AddService<ITill, Till>());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Folder.FullName, "made")));
    }

    [Fact]
    public async Task What_is_out_of_reach_is_told_with_the_real_reason()
    {
        var here = await EndpointAsync(await ServeAsync());
        EndpointDescription At(string host, string path) => here with { Properties = new Dictionary<string, string>(here.Properties) { ["host_id"] = host, ["path"] = path } };
        var caller = await StartAsync("caller", fan => AddIpc(fan)
            .Announce("elsewhere", "1.0.0", At("another", here.Properties["path"]))
            .Announce("gone", "1.0.0", At(here.Properties["host_id"], "/nowhere/x.sock")));
        Assert.Contains("is on another machine or in another container", await ReasonAsync("elsewhere.get"), StringComparison.Ordinal);
        Assert.Contains("has no socket at /nowhere/x.sock any more", await ReasonAsync("gone.get"), StringComparison.Ordinal);

        async Task<string> ReasonAsync(string method) => (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync(method, default))).Message;
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
        var error = await Assert.ThrowsAsync<FanStartException>(() => ServeAsync(options => options.Folder = Path.Combine(Folder.FullName, new string('x', 80))));
        Assert.Contains("at most 107 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("Fan:Ipc:Folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_settings_that_are_wrong_are_told_at_once()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => ServeAsync(options =>
            (options.Folder, options.ConnectTimeout, options.MaxConnections, options.WindowBytes, options.MaxNamesPerConnection) = ("relative", TimeSpan.Zero, 0, 0, -1)));
        Assert.Equal(5, error.Failures.Count());
        Assert.All(error.Failures, failure => Assert.StartsWith("The ipc route: ", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_of_another_machine_is_not_tried()
    {
        var endpoint = await EndpointAsync(await ServeAsync());
        var elsewhere = endpoint with { Properties = new Dictionary<string, string>(endpoint.Properties) { ["host_id"] = "another" }, Instance = "another" };
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
        Assert.Contains("1 connections are open already", (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await cellar.GetAsync(1))).Message, StringComparison.Ordinal);
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
