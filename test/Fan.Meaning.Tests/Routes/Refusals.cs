namespace Fan.Meaning.Tests.Routes;

/// <summary>Why a contract may be refused though the serializer keeps the few values that were tried.</summary>
internal static class Refusals
{
    // Only null and empty lists of them come back.
    private static readonly string[] NeverCross =
        [
            "object", "Action", "Func<int>", "System.IO.Stream", "System.Type", "nint", "[*,*]", "int[,]", "[,]", "System.Exception",
            "IThing", "System.Collections.IEnumerable", "Lazy<int>", "System.Threading.Tasks.Task", "is abstract,",
            "is passed by reference", "has no public constructor", "has several constructors"
        ];

    public static bool AreKnown(string refusal) => NeverCross.Any(type => refusal.Contains(type, StringComparison.Ordinal));
}
