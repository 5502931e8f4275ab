using System.CommandLine;
using System.Text.Json;
using Fan.Calls;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;
using Fan.Cli.Listing;
using Fan.Cli.Sessions;
using Fan.Discovery;
using Fan.Versions;

namespace Fan.Cli.Commands;

/// <summary>A call on the command line, for the verbs that make one: the method, its arguments, and the options that go with it.</summary>
internal sealed class CallLine
{
    private readonly GlobalOptions _global;
    private readonly string _verb;

    private readonly Argument<string> _method = new("METHOD")
    {
        Description = "Service and method, with shard keys in brackets: 'retail.store[42].public_wines.get'."
    };

    private readonly Argument<string[]> _arguments = new("ARGUMENT")
    {
        Description = "name=value: the value is JSON, or a text where it is none; name='\"7\"' is the text 7. "
            + "name=@FILE and name=- read a file or standard input; alone, @FILE or - is the object of all arguments.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _version = new("--version")
    {
        Description = "The versions that may answer, e.g. '^1.2'. Default: the highest release.",
        HelpName = "RANGE"
    };

    private readonly Option<string?> _timeout = new("--timeout")
    {
        Description = "The longest that the call may take: 500ms, 2s, 1m, or none. Default: the method's, else 30s; sequences have none.",
        HelpName = "TIME"
    };

    private readonly Option<string?> _via = new("--via")
    {
        Description = "The transport that the call must take, e.g. http. Default: the best one that the service has.",
        HelpName = "TRANSPORT"
    };

    private readonly Option<string[]> _headers = new("--header", "-H")
    {
        Description = "What travels with the call: user=NAME is the user, anything else baggage. Repeatable.",
        HelpName = "NAME=VALUE"
    };

    public CallLine(Verb verb, GlobalOptions global)
    {
        (_global, _verb) = (global, verb.Name);
        verb.Add(_method);
        verb.Add(_arguments);
        foreach (var option in (Option[])[_version, _timeout, _via, _headers]) verb.Add(option);
        // Once there is a method, what is typed is no other one.
        _method.CompletionSources.Add(context =>
            MethodIn(context.ParseResult) is { } given && given != context.WordToComplete
                ? []
                : global.Suggestions.MethodsFor(context.WordToComplete));
        _arguments.CompletionSources.Add(context => global.Suggestions.ArgumentsOf(MethodIn(context.ParseResult)));
        _via.CompletionSources.Add(context => global.Suggestions.TransportsOf(MethodIn(context.ParseResult)));
    }

    /// <summary>
    /// Reads it, opens the session, finds the method, and does something with that; what is wrong with the call is told with what the tool
    /// can add.
    /// </summary>
    public async Task<int> RunAsync(ParseResult parsed, Func<PreparedCall, Task<int>> run, CancellationToken cancellationToken)
    {
        var path = parsed.GetValue(_method)!;
        if (path.StartsWith('-')) throw UsageException.UnknownOption(path, _verb);
        var target = CallPath.Parse(path);
        var options = new CallOptions
        {
            Version = parsed.GetValue(_version) is { } range ? VersionRange.Parse(range).Text : null,
            Timeout = parsed.GetValue(_timeout) is { } time ? TimeText.ParseLimit("--timeout", time) : null,
            Transport = parsed.GetValue(_via),
        };
        var context = HeaderArguments.Parse(parsed.GetValue(_headers) ?? []);
        var session = _global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        var arguments = await CallArguments.ReadAsync(
            parsed.GetValue(_arguments) ?? [], _global.Terminal.In, _verb, cancellationToken).ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        EndpointMethod? method = null;
        try
        {
            await RequireTransportAsync(session, target, options.Transport, cancellationToken).ConfigureAwait(false);
            method = await session.Fan.DescribeAsync(path, options, cancellationToken).ConfigureAwait(false);
            await RequireKeysAsync(session.Directory, target, cancellationToken).ConfigureAwait(false);
            using var scope = context.Use();
            return await run(new PreparedCall(session, path, method, arguments.Json, options)).ConfigureAwait(false);
        }
        catch (BadArgumentException error)
        {
            Hints.Add(error, CallHints.For(error, target.Method, method, arguments));
            throw;
        }
        catch (NoSuchServiceException error)
        {
            await CallHints.AddNearestAsync(error, session.Directory, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    // A service that is called without its keys would fail somewhere in its own code.
    internal static async Task RequireKeysAsync(IEndpointDirectory directory, CallPath target, CancellationToken cancellationToken)
    {
        var endpoints = await directory.FindAsync(target.Service.Canonical, cancellationToken).ConfigureAwait(false);
        if (ServiceSummary.TemplateOf(endpoints) is not { } template) return;
        var (needed, given) = (ServiceName.Parse(template).ShardKeys, target.Service.ShardKeys.Count);
        if (needed.Count == given) return;
        throw new UsageException(
            $"Service '{template}' needs {needed.Count} shard key{(needed.Count == 1 ? "" : "s")} ({string.Join(", ", needed)}), " +
            $"and '{target.Service.Template}' gives {given}: "
            + "write the values in the brackets, in quotes for the shell.");
    }

    private static async Task RequireTransportAsync(
        ToolSession session, CallPath target, string? transport, CancellationToken cancellationToken)
    {
        if (transport is null) return;
        var service = target.Service.Canonical;
        var endpoints = await session.Directory.FindAsync(service, cancellationToken).ConfigureAwait(false);
        var offered = endpoints.Select(endpoint => endpoint.Description.Transport)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        // That nobody serves it at all is told as of any call.
        if (offered.Count == 0) return;
        if (!offered.Contains(transport, StringComparer.Ordinal))
        {
            throw new ToolException(
                "no_such_transport", $"Service '{service}' is not served over '{transport}', but over {string.Join(", ", offered)}.");
        }

        if (!session.Transports.Contains(transport, StringComparer.Ordinal))
        {
            throw new ToolException(
                "no_such_transport",
                $"The settings of '{transport}' are not in the environment, " +
                $"so the tool can take {string.Join(", ", session.Transports.Order(StringComparer.Ordinal))} only.");
        }
    }

    // Of a line that may lack it.
    private string? MethodIn(ParseResult parsed) => parsed.GetResult(_method) is { Tokens: [var first, ..] } ? first.Value : null;
}

/// <summary>A call that can be made.</summary>
/// <param name="Session">With an open store.</param>
/// <param name="Path">Service and method, with shard keys.</param>
/// <param name="Method">What its endpoint publishes of it.</param>
/// <param name="Arguments">The object of arguments.</param>
/// <param name="Options">Version, time, transport.</param>
internal sealed record PreparedCall(ToolSession Session, string Path, EndpointMethod Method, JsonElement Arguments, CallOptions Options);
