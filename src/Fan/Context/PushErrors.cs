namespace Fan.Context;

/// <summary>What is wrong with a push.</summary>
internal static class PushErrors
{
    public static NoSuchMethodException NoPush(string service, string method) =>
        new(service, method, [], $"'{service}.{method}' is a call with a reply: call it instead of pushing to it.");
}
