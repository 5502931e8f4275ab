namespace Fan.Architecture.Tests.Planted;

// Nothing here is ever run: each type uses another one in one way.
#pragma warning disable CA1812, CA1822, CA1852, CS0169, CS0649, IDE0044, IDE0051

[AttributeUsage(AttributeTargets.All)]
internal class ByBase : Ground;

internal class ByField
{
    private Ground? _ground;
}

[Ground]
internal class ByAttribute;

internal interface ByInterfaceOfSignature
{
    Ground Make();
}

internal class ByGenericArgument
{
    private List<Dictionary<string, Ground[]>>? _grounds;
}

internal class ByConstraint
{
    internal static void Take<T>(T value)
        where T : Ground
    {
    }
}

internal class ByBody
{
    internal int Number => Ground.Number;
}

internal class ByLambda
{
    internal Func<int> Number => () => Ground.Number;
}

internal class ByLocal
{
    internal string? Text(object value) => value is Ground ground ? ground.ToString() : null;
}

internal class ByTypeOf
{
    internal Type Type => typeof(Ground);
}
