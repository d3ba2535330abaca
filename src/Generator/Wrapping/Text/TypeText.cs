using System.Text;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Text;

/// <summary>Types as generated code names them: fully qualified, with nullable annotations.</summary>
internal sealed class TypeText
{
    private static readonly SymbolDisplayFormat Format = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
    );

    private readonly Dictionary<ITypeParameterSymbol, string> _renamed;

    private TypeText(Dictionary<ITypeParameterSymbol, string> renamed) => _renamed = renamed;

    public static TypeText Plain { get; } = new(new(SymbolEqualityComparer.Default));

    /// <summary>For a method whose type parameters would hide those of the wrapper (CS0693): they get other names.</summary>
    public static TypeText For(IMethodSymbol method, ICollection<string> taken)
    {
        if (!method.TypeParameters.Any(p => taken.Contains(p.Name)))
        {
            return Plain;
        }

        var names = new HashSet<string>(taken.Concat(method.TypeParameters.Select(static p => p.Name)), StringComparer.Ordinal);
        var renamed = new Dictionary<ITypeParameterSymbol, string>(SymbolEqualityComparer.Default);
        foreach (var parameter in method.TypeParameters)
        {
            if (taken.Contains(parameter.Name))
            {
                var name = Identifier.Free(parameter.Name, names);
                names.Add(name);
                renamed.Add(parameter, name);
            }
        }

        return new TypeText(renamed);
    }

    /// <summary>Type parameters by position: two methods that differ in their names only get one text.</summary>
    public static TypeText ByPosition(IMethodSymbol method)
    {
        var renamed = new Dictionary<ITypeParameterSymbol, string>(SymbolEqualityComparer.Default);
        foreach (var parameter in method.TypeParameters)
        {
            renamed.Add(parameter, "!!" + parameter.Ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return new TypeText(renamed);
    }

    public string Of(ITypeSymbol type)
    {
        if (_renamed.Count == 0)
        {
            return type.ToDisplayString(Format);
        }

        var text = new StringBuilder();
        foreach (var part in type.ToDisplayParts(Format))
        {
            text.Append(
                part.Symbol is ITypeParameterSymbol parameter && _renamed.TryGetValue(parameter, out var name) ? name : part.ToString()
            );
        }

        return text.ToString();
    }

    public string Name(ITypeParameterSymbol parameter) =>
        _renamed.TryGetValue(parameter, out var name) ? name : Identifier.Escape(parameter.Name);

    /// <summary>The type without its own <c>?</c>: a constructed type in a base list, a cast or a cref.</summary>
    public string WithoutAnnotation(ITypeSymbol type) => Of(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated));

    /// <summary>The unbound form that <c>typeof</c> takes: <c>global::Shop.Outer&lt;&gt;.Repo&lt;,&gt;</c>.</summary>
    public static string Unbound(INamedTypeSymbol type) =>
        Namespace(type) + string.Join(".", TypeChain.Of(type).Select(static t => Identifier.Escape(t.Name) + Commas(t.Arity)));

    /// <summary>The form that <c>cref</c> takes: <c>global::Shop.Repo{T}</c>.</summary>
    public static string Cref(INamedTypeSymbol type) =>
        Namespace(type)
        + string.Join(
            ".",
            TypeChain
                .Of(type)
                .Select(static t =>
                    Identifier.Escape(t.Name)
                    + (
                        t.Arity == 0
                            ? string.Empty
                            : "{" + string.Join(", ", t.TypeParameters.Select(static p => Identifier.Escape(p.Name))) + "}"
                    )
                )
        );

    public static string Commas(int arity) => arity == 0 ? string.Empty : "<" + new string(',', arity - 1) + ">";

    /// <summary><c>global::Shop.</c>, or <c>global::</c> in the global namespace.</summary>
    public static string Namespace(INamedTypeSymbol type) =>
        type.ContainingNamespace.IsGlobalNamespace
            ? "global::"
            : type.ContainingNamespace.ToDisplayString(
                SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Included)
            ) + ".";
}
