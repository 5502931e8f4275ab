namespace Fan.Generated;

/// <summary>The result of a method that returns nothing, and the arguments of one that takes none.</summary>
public readonly record struct Unit;
