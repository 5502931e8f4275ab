using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Diagnostics;

/// <summary>What cannot cross a wire, and what is better written otherwise.</summary>
internal static class Descriptors
{
    public const string RefParameter = "FAN0001";
    public const string Generic = "FAN0002";
    public const string SameWireName = "FAN0003";
    public const string NotSerializable = "FAN0004";
    public const string StreamParameter = "FAN0005";
    public const string NoCancellation = "FAN0006";
    public const string Synchronous = "FAN0007";
    public const string BadName = "FAN0008";
    public const string BadVersion = "FAN0009";
    public const string BadRoute = "FAN0010";
    public const string TooManyParameters = "FAN0011";
    public const string NotAMethod = "FAN0012";
    public const string NoMethods = "FAN0013";
    public const string PushWithResult = "FAN0014";
    public const string NotCallable = "FAN0015";

    public const string NotLocked = "FAN0016";
    public const string ContractChanged = "FAN0017";
    public const string StepTooSmall = "FAN0018";
    public const string BadLock = "FAN0019";
    public const string LockedServiceGone = "FAN0020";

    public const string NoSuchPush = "FAN0021";
    public const string HandlerDoesNotFit = "FAN0022";
    public const string SubscribedTwice = "FAN0023";
    public const string BadGroup = "FAN0024";
    public const string NotInAService = "FAN0025";

    public const string NotReachable = "FAN0026";
    public const string SameArgumentName = "FAN0027";
    public const string BadWireName = "FAN0028";
    public const string SeveralTokens = "FAN0029";
    public const string SubscriberNameTaken = "FAN0030";
    public const string NotReadBack = "FAN0031";
    public const string GeneratorFailed = "FAN0032";
    public const string UnsafeVerb = "FAN0033";
    public const string BadTimeLimit = "FAN0034";

    private static readonly Dictionary<string, DiagnosticDescriptor> All = new[]
    {
        Error(RefParameter, "Argument passed by reference", "'{0}' of '{1}' is passed by reference; only values can cross a wire"),
        Error(Generic, "Generic service or method", "'{0}' is generic; a wire method needs one fixed shape"),
        Error(
            SameWireName,
            "Two methods with one wire name",
            "'{0}' and another method of '{1}' have the wire name '{2}'; name one of them with [Rpc(Name = …)]"),
        Error(NotSerializable, "Type cannot cross a wire", "'{0}' of '{1}' cannot cross a wire: {2}"),
        Error(
            BadTimeLimit,
            "Time limit out of range",
            "'{0}' has TimeoutMilliseconds = {1}; it must be above zero, 0 for the application's default, " +
            "or -1 (Timeout.Infinite) for no limit"),
        Error(StreamParameter, "Sequence as an argument", "'{0}' of '{1}' is an IAsyncEnumerable; only results can be streamed"),
        Info(NoCancellation, "No cancellation", "'{0}' takes no CancellationToken, so a caller that goes away cannot stop its work"),
        Info(
            Synchronous,
            "Synchronous method",
            "'{0}' is synchronous: a call to another process blocks the calling thread; prefer ValueTask"),
        Error(
            BadName,
            "Invalid service name",
            "'{0}' is no service name: a dotted path of letters, digits, '_' and '-', with shard keys in brackets"),
        Error(BadVersion, "Invalid version", "'{0}' is no SemVer 2.0 version, as 1.2.0 or 2.0.0-rc.1"),
        Error(BadRoute, "Invalid HTTP route", "The HTTP route of '{0}' is not valid: {1}"),
        Error(TooManyParameters, "Too many arguments", "'{0}' has more than 64 arguments"),
        Error(NotAMethod, "Not callable by others", "'{0}' of service '{1}' {2}; a service has methods that anybody may call"),
        Error(NoMethods, "Service without methods", "Service '{0}' has no callable method"),
        Error(PushWithResult, "Push with a result", "'{0}' is a push and cannot have a result; return ValueTask, Task or void"),
        Error(NotCallable, "Method cannot be called", "'{0}' must be a public instance method to be callable: {1}"),
        Warning(
            NotLocked,
            "Contract without a lock",
            "'{0}' {1} is not in {2}; add it by 'dotnet build -p:FanUpdateContractLock=true' or the code fix"),
        Error(
            ContractChanged,
            "Contract changed under its version",
            "'{0}' {1} is not what was locked: {2}. Give it version {3}; update the lock instead only if {1} was never published."),
        Error(StepTooSmall, "Step of the version too small", "'{0}' {1} {2} {3}: {4}. Its version must be at least {5}."),
        Error(
            BadLock,
            "Invalid lock file",
            "{0} can't be read: {1}; mend it, or write it anew by 'dotnet build -p:FanUpdateContractLock=true'",
            CompilationEnd),
        Warning(
            LockedServiceGone,
            "Locked service is gone",
            "'{0}' is in {1} and not in the source any more; take it out by 'dotnet build -p:FanUpdateContractLock=true'",
            CompilationEnd),
        Error(NoSuchPush, "No such push", "'{0}' subscribes to '{1}' of '{2}', which is no push of an interface with [Service]"),
        Error(
            HandlerDoesNotFit,
            "Subscriber does not fit",
            "'{0}' can't handle '{1}': it must take ({2}), and may take a CancellationToken, " +
            "and return what '{1}' does: ValueTask, Task or void"),
        Error(
            SubscribedTwice,
            "Subscribed twice",
            "'{0}' and another method subscribe to '{1}' for the group '{2}', which gets one copy; give one of them a group of its own"),
        Error(
            BadGroup,
            "Invalid group",
            "'{0}', the group of '{1}', must be 1 to 64 letters, digits, '_', '-' or '.'; give it by [Subscribe(…, Group = \"…\")]"),
        Error(
            NotInAService,
            "Subscriber outside of a service",
            "'{0}' would get nothing: only a class with [Service] of its own subscribes, and '{1}' is none"),
        Error(NotReachable, "Service out of reach", "'{0}' can't be a service: {1}"),
        Error(
            SameArgumentName,
            "Two arguments with one wire name",
            "'{0}' and another argument of '{1}' have the wire name '{2}'; rename one of them"),
        Error(
            BadWireName,
            "Invalid wire name",
            "The wire name '{0}' of '{1}' must be 1 to 128 letters of a to z, digits, '_' and '-'; " +
            "give another by [Rpc(Name = \"…\")] or [Push(Name = \"…\")]"),
        Error(SeveralTokens, "Several cancellation tokens", "'{0}' takes more than one CancellationToken; a call has one"),
        Warning(
            SubscriberNameTaken,
            "No base for subscribers",
            "The base class '{0}' for subscribers to '{1}' is not generated, as the name is taken; " +
            "subscribe with [Subscribe], or implement '{1}'"),
        Warning(
            NotReadBack,
            "Value is not read back",
            "'{0}' of '{1}' is sent and not read at the other side: give it a setter or a parameter of the constructor, " +
            "or leave it out by [JsonIgnore]"),
        Error(GeneratorFailed, "Contract was not generated", "The contract of '{0}' was not generated, which is a defect of Fan: {1}"),
        Warning(
            UnsafeVerb,
            "GET on a method that is not idempotent",
            "'{0}' is at {1}, which browsers, proxies and crawlers may send ahead of time, for any page and again: " +
            "declare [Rpc(Idempotent = true)] if it changes nothing, or take POST"),
    }.ToDictionary(descriptor => descriptor.Id);

    public static DiagnosticDescriptor Of(string id) => All[id];

    public static bool IsError(string id) => All[id].DefaultSeverity == DiagnosticSeverity.Error;

    private const string CompilationEnd = WellKnownDiagnosticTags.CompilationEnd;

    private static DiagnosticDescriptor Error(string id, string title, string message, params string[] tags) =>
        Make(id, title, message, DiagnosticSeverity.Error, tags);

    private static DiagnosticDescriptor Warning(string id, string title, string message, params string[] tags) =>
        Make(id, title, message, DiagnosticSeverity.Warning, tags);

    private static DiagnosticDescriptor Info(string id, string title, string message) =>
        Make(id, title, message, DiagnosticSeverity.Info, []);

    private static DiagnosticDescriptor Make(string id, string title, string message, DiagnosticSeverity severity, string[] tags) =>
        new(id, title, message, "Fan.Contracts", severity, isEnabledByDefault: true, customTags: tags);
}
