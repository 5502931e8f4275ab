using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Fan.Architecture.Tests.Reading;

/// <summary>Which file each type of an assembly stands in, by its portable PDB.</summary>
internal static class TypeFiles
{
    // Type definition documents: the compiler's note for types without a line of code, such as interfaces and enums (Portable PDB
    // specification).
    private static readonly Guid DefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>The files of outermost types, from the project's folder on; types that only generators wrote have none.</summary>
    /// <param name="assembly">The types.</param>
    /// <param name="symbols">Its PDB.</param>
    /// <param name="folder">The end of the path of the project's folder: <c>/src/Fan/</c>.</param>
    public static Dictionary<TypeDefinitionHandle, string> Read(MetadataReader assembly, MetadataReader symbols, string folder)
    {
        var files = new Dictionary<TypeDefinitionHandle, string>();
        foreach (var handle in assembly.TypeDefinitions)
        {
            if (Documents(assembly, symbols, handle).Select(document => Within(document, folder))
                .FirstOrDefault(file => file is not null) is not { } file)
            {
                continue;
            }
            files.TryAdd(Outermost(assembly, handle), file);
        }

        return files;
    }

    public static TypeDefinitionHandle Outermost(MetadataReader assembly, TypeDefinitionHandle type)
    {
        while (assembly.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } declaring) type = declaring;
        return type;
    }

    private static IEnumerable<string> Documents(MetadataReader assembly, MetadataReader symbols, TypeDefinitionHandle handle)
    {
        foreach (var id in symbols.GetCustomDebugInformation(handle))
        {
            var information = symbols.GetCustomDebugInformation(id);
            if (symbols.GetGuid(information.Kind) != DefinitionDocuments) continue;
            var rows = symbols.GetBlobReader(information.Value);
            while (rows.RemainingBytes > 0) yield return Name(symbols, MetadataTokens.DocumentHandle(rows.ReadCompressedInteger()));
        }

        foreach (var method in assembly.GetTypeDefinition(handle).GetMethods())
        {
            var debug = symbols.GetMethodDebugInformation(method.ToDebugInformationHandle());
            if (!debug.Document.IsNil) yield return Name(symbols, debug.Document);
            else if (!debug.SequencePointsBlob.IsNil)
            {
                foreach (var point in debug.GetSequencePoints()) yield return Name(symbols, point.Document);
            }
        }
    }

    private static string Name(MetadataReader symbols, DocumentHandle document) =>
        symbols.GetString(symbols.GetDocument(document).Name).Replace('\\', '/');

    // Whatever the machine's own folders are; what generators write stands elsewhere, or in "obj".
    private static string? Within(string document, string folder)
    {
        var begin = document.LastIndexOf(folder, StringComparison.Ordinal);
        if (begin < 0) return null;
        var file = document[(begin + folder.Length)..];
        return file.StartsWith("obj/", StringComparison.Ordinal) || file.EndsWith(".g.cs", StringComparison.Ordinal) ? null : file;
    }
}
