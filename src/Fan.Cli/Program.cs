using System.Runtime.InteropServices;
using Fan.Cli.Output;

namespace Fan.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var ending = new CancellationTokenSource();
        using var interrupt = EndOn(PosixSignal.SIGINT, ending);
        using var terminate = EndOn(PosixSignal.SIGTERM, ending);
        var terminal = Terminal.OfProcess();
        await using (terminal.ConfigureAwait(false))
            return await Tool.RunAsync(args, terminal, ending.Token).ConfigureAwait(false);
    }

    // The first signal ends the call cleanly; a second one finds the default again, which ends the process.
    private static PosixSignalRegistration EndOn(PosixSignal signal, CancellationTokenSource ending) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            if (ending.IsCancellationRequested) return;
            context.Cancel = true;
            ending.Cancel();
        });
}
