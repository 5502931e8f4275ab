using System.Text;
using Fan.Cli.Sessions;
using Microsoft.Extensions.Configuration;

namespace Fan.Cli.Output;

/// <summary>Where the tool reads and writes, and what can be shown there. One flow of control uses it at a time.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard input; opened when it is asked for.</summary>
    public required Func<Stream> In { get; init; }

    /// <summary>The variables of the environment.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// The settings of stores and routes, as applications have them: <c>Fan__ZooKeeper__User</c> and the like. Read when it is asked for.
    /// </summary>
    public Func<IConfiguration> Settings { get; init; } = static () => new ConfigurationBuilder().AddEnvironmentVariables().Build();

    /// <summary>Adds the queue transports that can be opened from here; null for all that the tool knows.</summary>
    public Func<FanBuilder, FanBuilder>? Queues { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>The columns of the terminal; without one nothing is wrapped.</summary>
    public int Width { get; init; } = 100_000;

    /// <summary>How long who presses the tab key waits for the store.</summary>
    public TimeSpan CompletionTime { get; init; } = TimeSpan.FromSeconds(1);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Colours OutColours => new(OutIsTerminal && TakesColours);

    public Colours ErrorColours => new(ErrorIsTerminal && TakesColours);

    // https://no-color.org
    private bool TakesColours => string.IsNullOrEmpty(Environment("NO_COLOR")) && Environment("TERM") != "dumb";

    public static Terminal OfProcess()
    {
        var isTerminal = !Console.IsOutputRedirected;
        return new Terminal
        {
            Out = Writer(1),
            Error = Writer(2),
            In = Input,
            OutIsTerminal = isTerminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = isTerminal ? WidthOfConsole() : 100_000,
        };
    }

    public async Task FlushAsync() => await Out.FlushAsync().ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        foreach (var writer in new[] { Out, Error })
        {
            try
            {
                await writer.FlushAsync().ConfigureAwait(false);
            }
            catch (OutputClosedException)
            {
                // The exit code has said the rest.
            }
        }
    }

    private static Stream Input() => StandardDescriptor.IsOpen(0) ? Console.OpenStandardInput() : throw new IOException("it is closed.");

    private static StreamWriter Writer(int descriptor) =>
        new(OutputStream.OfProcess(descriptor), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16 * 1024);

    private static int WidthOfConsole()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
