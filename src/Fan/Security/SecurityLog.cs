using Microsoft.Extensions.Logging;

namespace Fan.Security;

internal static partial class SecurityLog
{
    [LoggerMessage(1, LogLevel.Error, "The certificate in {Path} can't be read, so the one before stays in use: {Reason}")]
    public static partial void CertificateUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(2, LogLevel.Information, "Refused a call of {Caller} to '{Method}' over {Transport} ({Code}): {Reason}")]
    public static partial void Refused(ILogger logger, string caller, string method, string transport, string code, string reason);

    [LoggerMessage(4, LogLevel.Error, "Did not let a call in: {What} of '{Method}' over {Transport} failed")]
    public static partial void Failed(ILogger logger, Exception error, string what, string method, string transport);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "'{Service}' is not offered over {Transport}: its policy asks who calls, and nothing there can tell. " +
        "Set RequireClientCertificate or AskForClientCertificate where the route has TLS, or add an authenticator of tokens")]
    public static partial void NotOffered(ILogger logger, string service, string transport);
}
