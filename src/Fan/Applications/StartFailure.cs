using System.Net.Sockets;
using System.Security.Cryptography;
using Fan.Coordination;
using Fan.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>
/// What the host starts where the application's parts can't be put together: it tells why, without the container's stack.
/// </summary>
internal sealed class StartFailure(Exception error) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.FromException(error);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The application, or what tells why there is none.</summary>
    public static IHostedService OrHost(Func<FanHost> make, ILogger logger)
    {
        try
        {
            return make();
        }
        catch (Exception error) when (IsOfSettings(error))
        {
            return new StartFailure(Tell(error, logger));
        }
    }

    /// <summary>
    /// Whether an error says in one sentence what is wrong with what the application was told; any other is a defect, of which the stack is
    /// needed.
    /// </summary>
    public static bool IsOfSettings(Exception error) => error switch
    {
        FanStartException or ObjectDisposedException => false,
        InvalidOperationException or FormatException => IsOf(error, "Fan") || IsOf(error, "Microsoft.Extensions."),
        OptionsValidationException or StoreException or IOException or SocketException or UnauthorizedAccessException
            or CryptographicException => true,
        _ => false,
    };

    /// <summary>Whether the container lacks something, in distinction to what the application's own code throws while it is made.</summary>
    public static bool IsOfContainer(Exception error) =>
        error is InvalidOperationException && IsOf(error, "Microsoft.Extensions.DependencyInjection");

    /// <summary>The error without its stack, which is logged for who asks for it.</summary>
    public static Exception Tell(Exception error, ILogger logger)
    {
        ApplicationLog.NotStarted(logger, error);
        return error is OptionsValidationException options
            ? new SettingsException(options.OptionsName, options.OptionsType, options.Failures)
            : new FanStartException(error.Message, error);
    }

    // Natively compiled, an exception does not tell.
    private static bool IsOf(Exception error, string assembly) => error.Source is not { } source
        || source == assembly
        || source.StartsWith(assembly.EndsWith('.') ? assembly : assembly + ".", StringComparison.Ordinal);
}
