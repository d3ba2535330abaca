using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>A type that bears an annotation, or whose member does.</summary>
/// <param name="IsClass">Whether it may get a wrapper itself.</param>
/// <param name="ContractName">Its simple name where other types inherit the annotation, otherwise empty.</param>
internal sealed record AnnotatedType(string MetadataName, bool IsClass, string ContractName)
{
    public static AnnotatedType? Of(ISymbol target)
    {
        if ((target as INamedTypeSymbol ?? target.ContainingType) is not { } type)
        {
            return null;
        }

        var isContract = type.TypeKind == TypeKind.Interface || type is { TypeKind: TypeKind.Class, IsSealed: false, IsStatic: false };
        return new AnnotatedType(FullMetadataName(type), type.TypeKind == TypeKind.Class, isContract ? type.Name : string.Empty);
    }

    /// <summary>The contract names of this compilation and its references, each once, in ordinal order.</summary>
    public static EquatableArray<string> Contracts(EquatableArray<AnnotatedType> own, EquatableArray<string> referenced)
    {
        var names = new SortedSet<string>(referenced, StringComparer.Ordinal);
        names.UnionWith(own.Select(static t => t.ContractName).Where(static n => n.Length > 0));
        return names.ToEquatableArray();
    }

    private static string FullMetadataName(INamedTypeSymbol type)
    {
        var text = new StringBuilder();
        if (!type.ContainingNamespace.IsGlobalNamespace)
        {
            text.Append(
                    type.ContainingNamespace.ToDisplayString(
                        SymbolDisplayFormat.CSharpErrorMessageFormat.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.None)
                    )
                )
                .Append('.');
        }

        return text.Append(string.Join("+", TypeChain.Of(type).Select(static t => t.MetadataName))).ToString();
    }
}

/// <summary>A type to decide about, with the name of the file that its wrapper would get.</summary>
internal sealed record Candidate(string MetadataName, string HintName)
{
    public static IEnumerable<Candidate> Distinct(EquatableArray<AnnotatedType> annotated, EquatableArray<string> implementers)
    {
        var names = new SortedSet<string>(implementers, StringComparer.Ordinal);
        names.UnionWith(annotated.Where(static t => t.IsClass).Select(static t => t.MetadataName));

        // File names differ by more than case, type names need not.
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var file = name;
            for (var i = 2; !files.Add(file); i++)
            {
                file = name + "-" + i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            yield return new Candidate(name, file + ".g.cs");
        }
    }
}
