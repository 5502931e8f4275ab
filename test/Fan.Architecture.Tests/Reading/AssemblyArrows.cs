using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Fan.Architecture.Tests.Reading;

/// <summary>
/// The arrows between the types of one assembly, as they are compiled: bases, interfaces, fields, signatures, attributes, locals and
/// instructions. Constants and <c>nameof</c> leave no trace in an assembly and are not seen.
/// </summary>
internal sealed class AssemblyArrows
{
    private readonly MetadataReader _assembly;
    private readonly PEReader _image;
    private readonly Dictionary<TypeDefinitionHandle, string> _files;
    private readonly HashSet<TypeArrow> _arrows = [];

    private AssemblyArrows(PEReader image, MetadataReader symbols, string folder)
    {
        (_image, _assembly) = (image, image.GetMetadataReader());
        _files = TypeFiles.Read(_assembly, symbols, folder);
        foreach (var handle in _assembly.TypeDefinitions) ReadType(handle);
    }

    /// <summary>The arrows of an assembly whose PDB stands beside it.</summary>
    /// <param name="path">The assembly.</param>
    /// <param name="project">The name of the project's folder.</param>
    /// <param name="above">The folder that it stands in.</param>
    public static IReadOnlyCollection<TypeArrow> Read(string path, string project, string above = "src")
    {
        using var image = new PEReader(File.OpenRead(path));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        return new AssemblyArrows(image, symbols.GetMetadataReader(), $"/{above}/{project}/")._arrows;
    }

    /// <summary>The names of the outermost types of a project, those that only generators wrote aside.</summary>
    public static IReadOnlyList<string> TypesOf(string path, string project)
    {
        using var image = new PEReader(File.OpenRead(path));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        var read = new AssemblyArrows(image, symbols.GetMetadataReader(), $"/src/{project}/");
        return [.. read._files.Keys.Select(read.NameOf).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The names of the assemblies that an assembly uses.</summary>
    public static IReadOnlyList<string> ReferencesOf(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        var assembly = image.GetMetadataReader();
        return [.. assembly.AssemblyReferences.Select(handle => assembly.GetString(assembly.GetAssemblyReference(handle).Name))];
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _assembly.GetTypeDefinition(handle);
        Add(handle, type.BaseType);
        AddAttributes(handle, type.GetCustomAttributes());
        AddParameters(handle, type.GetGenericParameters());
        foreach (var implementation in type.GetInterfaceImplementations())
        {
            Add(handle, _assembly.GetInterfaceImplementation(implementation).Interface);
        }
        foreach (var field in type.GetFields().Select(_assembly.GetFieldDefinition))
        {
            Add(handle, field.DecodeSignature(SignatureTypes.Instance, null));
            AddAttributes(handle, field.GetCustomAttributes());
        }

        foreach (var property in type.GetProperties().Select(_assembly.GetPropertyDefinition))
        {
            AddAttributes(handle, property.GetCustomAttributes());
        }
        foreach (var method in type.GetMethods().Select(_assembly.GetMethodDefinition)) ReadMethod(handle, method);
    }

    private void ReadMethod(TypeDefinitionHandle handle, MethodDefinition method)
    {
        var signature = method.DecodeSignature(SignatureTypes.Instance, null);
        Add(handle, signature.ReturnType);
        foreach (var parameter in signature.ParameterTypes) Add(handle, parameter);
        foreach (var parameter in method.GetParameters()) AddAttributes(handle, _assembly.GetParameter(parameter).GetCustomAttributes());
        AddAttributes(handle, method.GetCustomAttributes());
        AddParameters(handle, method.GetGenericParameters());
        if (method.RelativeVirtualAddress == 0) return;
        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            foreach (var local in _assembly.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(SignatureTypes.Instance, null))
            {
                Add(handle, local);
            }
        }

        foreach (var region in body.ExceptionRegions) Add(handle, region.CatchType);
        foreach (var token in InstructionTokens.Read(body.GetILReader())) Add(handle, token);
    }

    private void AddParameters(TypeDefinitionHandle from, GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(parameter => _assembly.GetGenericParameter(parameter).GetConstraints()))
            Add(from, _assembly.GetGenericParameterConstraint(constraint).Type);
    }

    private void AddAttributes(TypeDefinitionHandle from, CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes) Add(from, _assembly.GetCustomAttribute(attribute).Constructor);
    }

    private void Add(TypeDefinitionHandle from, EntityHandle used)
    {
        if (used.IsNil) return;
        switch (used.Kind)
        {
            case HandleKind.TypeDefinition:
                Add(from, [(TypeDefinitionHandle)used]);
                break;
            case HandleKind.TypeSpecification:
                Add(from, _assembly.GetTypeSpecification((TypeSpecificationHandle)used).DecodeSignature(SignatureTypes.Instance, null));
                break;
            case HandleKind.MethodDefinition:
                Add(from, [_assembly.GetMethodDefinition((MethodDefinitionHandle)used).GetDeclaringType()]);
                break;
            case HandleKind.FieldDefinition:
                Add(from, [_assembly.GetFieldDefinition((FieldDefinitionHandle)used).GetDeclaringType()]);
                break;
            case HandleKind.MethodSpecification:
                var specification = _assembly.GetMethodSpecification((MethodSpecificationHandle)used);
                Add(from, specification.Method);
                foreach (var argument in specification.DecodeSignature(SignatureTypes.Instance, null)) Add(from, argument);
                break;
            case HandleKind.MemberReference:
                Add(from, _assembly.GetMemberReference((MemberReferenceHandle)used).Parent);
                break;
        }
    }

    private void Add(TypeDefinitionHandle from, ImmutableArray<TypeDefinitionHandle> used)
    {
        var source = TypeFiles.Outermost(_assembly, from);
        if (!_files.TryGetValue(source, out var file)) return;
        foreach (var target in used.Select(type => TypeFiles.Outermost(_assembly, type)))
        {
            if (target != source && _files.TryGetValue(target, out var other))
            {
                _arrows.Add(new TypeArrow(NameOf(source), file, NameOf(target), other));
            }
        }
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _assembly.GetTypeDefinition(handle);
        var name = _assembly.GetString(type.Name);
        return name.IndexOf('`') is > 0 and var end ? name[..end] : name;
    }
}
