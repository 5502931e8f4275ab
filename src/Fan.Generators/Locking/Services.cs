using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Fan.Generators.Reading;
using Fan.Shapes;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Locking;

/// <summary>The contracts of a compilation.</summary>
internal static class Services
{
    /// <summary>Null where the type is no service, or one that does not build.</summary>
    public static ContractShape? Read(INamedTypeSymbol type) =>
        Attributes.Of(type, "ServiceAttribute") is { } attribute && ServiceReader.Read(type, attribute).Service is { } service
            ? service.Shape
            : null;

    public static IEnumerable<ContractShape> All(Compilation compilation, CancellationToken cancellationToken)
    {
        var open = new Stack<INamespaceOrTypeSymbol>([compilation.Assembly.GlobalNamespace]);
        while (open.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var member in open.Pop().GetMembers().OfType<INamespaceOrTypeSymbol>())
            {
                open.Push(member);
                if (member is INamedTypeSymbol type && Read(type) is { } contract) yield return contract;
            }
        }
    }
}
