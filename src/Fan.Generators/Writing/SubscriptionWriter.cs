using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>
/// Writes the subscribers through which a class handles pushes of other services: what it has no method for is passed over.
/// </summary>
internal static class SubscriptionWriter
{
    public static void Write(CodeText code, ServiceModel service)
    {
        if (service.Subscriptions.Count == 0) return;
        code.Line(
            "public override global::System.Collections.Generic.IReadOnlyList<global::Fan.Generated.ServiceSubscription> " +
            "Subscriptions { get; } =").OpenWith("[");
        foreach (var (subscription, i) in service.Subscriptions.Select((subscription, i) => (subscription, i)))
        {
            code.Line(
                $"new(typeof({subscription.Service.TypeName}), {CodeText.Quote(subscription.Group)}, " +
                $"static service => new Subscriber{i}(({service.TypeName})service)),");
        }
        code.Close("];").Line();
        foreach (var (subscription, i) in service.Subscriptions.Select((subscription, i) => (subscription, i)))
        {
            code.Open($"private sealed class Subscriber{i}({service.TypeName} service) : {subscription.Service.TypeName}");
            foreach (var method in subscription.Service.Methods)
            {
                code.Line(Signatures.Explicit(method) + Body(
                    method, subscription.Handlers.FirstOrDefault(handler => method.IsPush && handler.Push == method.WireName)));
            }
            foreach (var member in Signatures.Disposal(subscription.Service)) code.Line(member);
            code.Close().Line();
        }
    }

    private static string Body(MethodModel push, HandlerModel? handler)
    {
        if (!push.IsPush) return $" => {SubscriberWriter.NoPush};";
        if (handler is null) return SubscriberWriter.Nothing(push.Form);
        var arguments = push.Parameters.Select((_, i) => "p" + i).ToList();
        if (handler.CancellationIndex >= 0) arguments.Insert(handler.CancellationIndex, push.CancellationIndex >= 0 ? "token" : "default");
        var call = $"service.@{handler.ClrName}({string.Join(", ", arguments)})";
        return (push.Form, handler.Form) switch
        {
            (ResultForm.ValueTask, ResultForm.ValueTask) or (ResultForm.Task, ResultForm.Task) => $" => {call};",
            (ResultForm.ValueTask, ResultForm.Task) => $" => new({call});",
            (ResultForm.Task, ResultForm.ValueTask) => $" => {call}.AsTask();",
            (ResultForm.ValueTask, _) => $" {{ {call}; return default; }}",
            (ResultForm.Task, _) => $" {{ {call}; return global::System.Threading.Tasks.Task.CompletedTask; }}",
            _ => $" => {call};",
        };
    }
}
