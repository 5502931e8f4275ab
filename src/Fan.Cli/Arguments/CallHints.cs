using Fan.Cli.Arguments;
using Fan.Cli.Errors;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Shapes;

namespace Fan.Cli.Arguments;

/// <summary>What only the caller of a method can add to its error.</summary>
internal static class CallHints
{
    private const int MaxSignature = 300;

    /// <summary>How the method wants to be called.</summary>
    public static string? For(BadArgumentException error, string method, EndpointMethod? published, CallArguments arguments)
    {
        if (published?.Parameters is not { } parameters) return null;
        var name = error.Argument.Split('.', '[')[0];
        if (arguments.Plain.Contains(name)
            && parameters.Select(ParameterShape.Parse).Any(parameter => parameter.Name == name && parameter.Type is "string" or "string?"))
            return $"To send a text, write {name}='\"{arguments.Json.GetProperty(name).GetRawText()}\"'.";
        var signature = $"{method}({string.Join(", ", parameters)})";
        return signature.Length > MaxSignature ? null : $"It is {signature}.";
    }

    /// <summary>The service that was probably meant.</summary>
    public static async Task AddNearestAsync(
        NoSuchServiceException error, IEndpointDirectory directory, CancellationToken cancellationToken)
    {
        try
        {
            AddNearest(error, await directory.ListAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (StoreException)
        {
            // The error is told without the help.
        }
    }

    public static void AddNearest(NoSuchServiceException error, EndpointListing listing)
    {
        var names = listing.Endpoints.Select(endpoint => endpoint.Service).Distinct(StringComparer.Ordinal).ToList();
        if (Hints.Nearest(error.Service, names) is { } near) Hints.Add(error, $"Did you mean '{near}'? 'fan ls' shows what there is.");
        else if (names.Count == 0) Hints.Add(error, "Nothing at all is registered in this store; 'fan doctor' shows which one it is.");
    }
}
