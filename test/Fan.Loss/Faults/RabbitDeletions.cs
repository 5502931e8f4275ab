using System.Globalization;
using Fan.Loss.Processes;
using Fan.Servers;

namespace Fan.Loss.Faults;

/// <summary>Deletes a queue at the broker, which counts what is in it right before.</summary>
internal static class RabbitDeletions
{
    private static readonly string[] Parts = ["", "/k0", "/suspects", "/k3", "/dead"];

    public static async Task<Deletion> RunAsync(RabbitServer server, int turn)
    {
        var name = $"fan.push.{LossProcess.Service}/main{Parts[turn % Parts.Length]}";
        // What consumers hold counts too.
        var output = await server.AskAsync("eval", $$"""
            {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"{{name}}">>)),
            A = os:system_time(microsecond),
            {ok, {_, N}, _} = ra:leader_query(amqqueue:get_pid(Q), fun rabbit_fifo:query_messages_total/1),
            {ok, _} = rabbit_amqqueue:delete(Q, false, false, <<"administrator">>),
            io_lib:format("~b ~b ~b", [A, os:system_time(microsecond), N]).
            """);
        var numbers = output.Trim().Trim('"').Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return new Deletion("queue " + name, numbers[0], numbers[1], (int)numbers[2], null);
    }
}
