namespace Fan.Cli.Tests.Changes.Labels;

/// <summary>The same name, with another member.</summary>
public sealed record Label(string Text, string Colour);
