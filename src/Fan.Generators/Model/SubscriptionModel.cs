namespace Fan.Generators.Model;

/// <summary>The pushes of another service that a class handles for one group.</summary>
/// <param name="Service">The interface that has them.</param>
/// <param name="Group">The group.</param>
/// <param name="Handlers">The methods of the class.</param>
internal sealed record SubscriptionModel(ServiceModel Service, string Group, EquatableArray<HandlerModel> Handlers);

/// <summary>A method that handles a push.</summary>
/// <param name="Push">The wire name of the push.</param>
/// <param name="ClrName">The method.</param>
/// <param name="Form">What it returns.</param>
/// <param name="CancellationIndex">Where it takes the token; -1 where it takes none.</param>
internal sealed record HandlerModel(string Push, string ClrName, ResultForm Form, int CancellationIndex);
