using System.Collections.Immutable;
using System.Reflection.Metadata;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>
/// The names of annotated interfaces and base classes in what a compilation references, and of what inherits from them
/// there. Read from metadata, once per set of references: an edit in this project costs nothing here.
/// </summary>
internal static class ReferencedContracts
{
    /// <summary>The assembly that declares the annotations.</summary>
    public const string RuntimeAssembly = "MonotonicReads";

    private static readonly string[] AttributeNames = ["MonotonicAttribute", "CausalAttribute", "GlobalAttribute", "PrimaryAttribute"];

    public static EquatableArray<string> Of(ImmutableArray<MetadataReference> references, CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var remaining = new List<MetadataReference>(references);
        var knownAssemblies = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { RuntimeAssembly };

        // An assembly matters if it references the runtime, or one that was found to matter; hence until nothing is added.
        bool found;
        do
        {
            found = false;
            for (var i = remaining.Count - 1; i >= 0; i--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Collect(remaining[i], knownAssemblies, names) is { } assembly)
                {
                    remaining.RemoveAt(i);
                    found |= knownAssemblies.Add(assembly);
                }
            }
        } while (found);

        return names.ToEquatableArray();
    }

    /// <summary>Adds the contracts of one reference, and gives its assembly name when it has any.</summary>
    private static string? Collect(MetadataReference reference, HashSet<string> knownAssemblies, SortedSet<string> names)
    {
        if (reference is CompilationReference { Compilation: CSharpCompilation project })
        {
            return project.ReferencedAssemblyNames.Any(r => knownAssemblies.Contains(r.Name)) && FromProject(project, names)
                ? project.AssemblyName
                : null;
        }

        if (reference is not PortableExecutableReference executable)
        {
            return null;
        }

        try
        {
            using var metadata = executable.GetMetadata();
            return metadata is AssemblyMetadata assembly ? FromMetadata(assembly, knownAssemblies, names) : null;
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException)
        {
            // The compiler itself reports a reference that cannot be read.
            return null;
        }
    }

    private static string? FromMetadata(AssemblyMetadata assembly, HashSet<string> knownAssemblies, SortedSet<string> names)
    {
        var reader = assembly.GetModules()[0].GetMetadataReader();
        if (
            !reader.IsAssembly
            || !reader.AssemblyReferences.Any(h => knownAssemblies.Contains(reader.GetString(reader.GetAssemblyReference(h).Name)))
        )
        {
            return null;
        }

        var before = names.Count;
        foreach (var handle in reader.CustomAttributes)
        {
            var attribute = reader.GetCustomAttribute(handle);
            if (IsAnnotation(reader, attribute.Constructor) && DeclaringType(reader, attribute.Parent) is { } type)
            {
                names.Add(SimpleName(reader, type.Name));
            }
        }

        var edges = new List<(string Name, IEnumerable<string> Bases)>();
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            var bases = type.GetInterfaceImplementations()
                .Select(h => NameOf(reader, reader.GetInterfaceImplementation(h).Interface))
                .Append(NameOf(reader, type.BaseType))
                .OfType<string>();
            edges.Add((SimpleName(reader, type.Name), bases.ToList()));
        }

        Implementers.Close(edges, names);
        return names.Count > before ? reader.GetString(reader.GetAssemblyDefinition().Name) : null;
    }

    private static bool FromProject(CSharpCompilation project, SortedSet<string> names)
    {
        var before = names.Count;
        foreach (var tree in project.SyntaxTrees)
        {
            foreach (var name in BaseNameIndex.Of(tree).AnnotatedTypes)
            {
                names.Add(name);
            }
        }

        Implementers.Close(
            project
                .SyntaxTrees.SelectMany(static t => BaseNameIndex.Of(t).Types)
                .Select(static t => (t.Name, (IEnumerable<string>)t.Bases))
                .ToList(),
            names
        );
        return names.Count > before;
    }

    private static bool IsAnnotation(MetadataReader reader, EntityHandle constructor)
    {
        if (constructor.Kind != HandleKind.MemberReference)
        {
            return false;
        }

        var parent = reader.GetMemberReference((MemberReferenceHandle)constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference)
        {
            return false;
        }

        var type = reader.GetTypeReference((TypeReferenceHandle)parent);
        return reader.StringComparer.Equals(type.Namespace, "MonotonicReads")
            && AttributeNames.Any(n => reader.StringComparer.Equals(type.Name, n));
    }

    private static TypeDefinition? DeclaringType(MetadataReader reader, EntityHandle parent) =>
        parent.Kind switch
        {
            HandleKind.TypeDefinition => reader.GetTypeDefinition((TypeDefinitionHandle)parent),
            HandleKind.MethodDefinition => reader.GetTypeDefinition(
                reader.GetMethodDefinition((MethodDefinitionHandle)parent).GetDeclaringType()
            ),
            _ => null,
        };

    private static string? NameOf(MetadataReader reader, EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return null;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return SimpleName(reader, reader.GetTypeDefinition((TypeDefinitionHandle)handle).Name);
            case HandleKind.TypeReference:
                return SimpleName(reader, reader.GetTypeReference((TypeReferenceHandle)handle).Name);
            case HandleKind.TypeSpecification:
                // A generic instance: 0x15, class or value type, then the coded index of its definition.
                var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
                return blob.ReadByte() == 0x15 && blob.ReadByte() is 0x12 or 0x11 ? NameOf(reader, blob.ReadTypeHandle()) : null;
            default:
                return null;
        }
    }

    private static string SimpleName(MetadataReader reader, StringHandle handle)
    {
        var name = reader.GetString(handle);
        var tick = name.IndexOf('`');
        return tick < 0 ? name : name.Substring(0, tick);
    }
}
