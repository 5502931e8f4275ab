using System.Collections.Generic;
using System.Linq;

namespace Fan.Shapes;

/// <summary>
/// Whether callers made for one description of a method can call a service made for another one: the arguments there, the result back.
/// </summary>
internal static class MethodFit
{
    /// <param name="caller">What the caller was made for.</param>
    /// <param name="callerTypes">Its types.</param>
    /// <param name="service">What the service was made for.</param>
    /// <param name="serviceTypes">Its types.</param>
    /// <param name="sides">How they are called.</param>
    /// <param name="findings">Takes what stands against it, a clause each.</param>
    public static Fit Of(
        MethodShape caller,
        IReadOnlyDictionary<string, IReadOnlyList<string>> callerTypes,
        MethodShape service,
        IReadOnlyDictionary<string, IReadOnlyList<string>> serviceTypes,
        Sides sides, List<string> findings)
    {
        if (caller.Kind != service.Kind)
        {
            return Found(Fit.None, $"it is {Kind(caller)} in {sides.Caller} and {Kind(service)} in {sides.Service}");
        }

        if (caller.Parameters is null || service.Parameters is null) return Found(Fit.Unknown, "its arguments are not published");
        var fit = Arguments(
            new ValueFlow(callerTypes, serviceTypes, sides.Caller, sides.Service, sides.ServiceIsNewer, areArguments: true, findings));
        if (caller.Result is { } wanted && service.Result is { } given)
        {
            return Worst(fit, new ValueFlow(
                serviceTypes,
                callerTypes,
                sides.Service,
                sides.Caller,
                !sides.ServiceIsNewer,
                areArguments: false,
                findings).Of(given, wanted, "result"));
        }

        return caller.Result == service.Result
            ? fit
            : Found(
                Fit.None,
                $"the result is {caller.Result ?? "nothing"} in {sides.Caller} and {service.Result ?? "nothing"} in {sides.Service}");

        Fit Arguments(ValueFlow flow)
        {
            var worst = Fit.Full;
            var taken = service.Parameters!.Select(ParameterShape.Parse).ToDictionaryByName();
            foreach (var sent in caller.Parameters!.Select(ParameterShape.Parse))
            {
                if (!taken.TryGetValue(sent.Name, out var known))
                {
                    // One that has its default is left out where that is possible.
                    worst = Worst(
                        worst, Found(sent.IsOptional ? Fit.Partly : Fit.None, $"only {sides.Caller} has the argument {sent.Name}"));
                    continue;
                }

                taken.Remove(sent.Name);
                worst = Worst(worst, flow.Of(sent.Type, known.Type, sent.Name));
                if (sent.IsOptional && !known.IsOptional)
                {
                    worst = Worst(worst, Found(Fit.Partly, $"{sent.Name} may be left out in {sides.Caller} only"));
                }
                else if (sent.IsOptional && sent.Default is not null && known.Default is not null && sent.Default != known.Default)
                {
                    worst = Worst(worst, Found(
                        Fit.Partly,
                        $"{sent.Name} has the default {sent.Default} in {sides.Caller} and {known.Default} in {sides.Service}"));
                }
            }

            foreach (var missing in taken.Values.Where(parameter => !parameter.IsOptional))
            {
                worst = Worst(worst, Found(Fit.None, $"only {sides.Service} has the argument {missing.Name}"));
            }

            return worst;
        }

        Fit Found(Fit verdict, string finding)
        {
            if (!findings.Contains(finding)) findings.Add(finding);
            return verdict;
        }
    }

    private static Fit Worst(Fit one, Fit other) => one > other ? one : other;

    private static string Kind(MethodShape method) => method.Kind switch { "push" => "a push", "stream" => "a sequence", _ => "a call" };
}
