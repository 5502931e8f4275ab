namespace Fan.Architecture.Tests.Planted;

/// <summary>What the planted arrows lead to.</summary>
[AttributeUsage(AttributeTargets.All)]
internal class Ground : Attribute
{
    public static int Number => 1;
}
