using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Rules;

/// <summary>What runs in one file: the bodies of its members, their initialisers, and its top-level code.</summary>
internal static class FileBodies
{
    private static readonly HashSet<ulong> GeneratedCode = [NameCode.Of("GeneratedCode"), NameCode.Of("GeneratedCodeAttribute")];

    /// <summary>Each body, in the order in which they stand; a method without one too, where something is declared on it.</summary>
    /// <returns>Methods, accessors, the expressions of properties, properties and fields with initialisers, classes that hand arguments to
    /// their base, and for top-level code the file.</returns>
    public static IEnumerable<SyntaxNode> In(CompilationUnitSyntax file) =>
        file.Members.Any(SyntaxKind.GlobalStatement) ? InMembers(file.Members).Prepend(file) : InMembers(file.Members);

    /// <summary>The member that a body belongs to, the first one of a field declaration's; null where the compiler knows none.</summary>
    public static ISymbol? OwnerOf(SyntaxNode body, SemanticModel model, CancellationToken cancellation) =>
        body switch
        {
            ArrowExpressionClauseSyntax { Parent: { } property } => (
                model.GetDeclaredSymbol(property, cancellation) as IPropertySymbol
            )?.GetMethod,
            BaseFieldDeclarationSyntax fields => model.GetDeclaredSymbol(fields.Declaration.Variables[0], cancellation),
            TypeDeclarationSyntax type => PrimaryConstructorOf(type, model, cancellation),
            _ => model.GetDeclaredSymbol(body, cancellation),
        };

    /// <summary>What declares the body: of a property's expression the property.</summary>
    public static SyntaxNode DeclarationOf(SyntaxNode body) =>
        body is ArrowExpressionClauseSyntax { Parent: { } property } ? property : body;

    /// <summary>True where the member or a type around it says that a tool wrote it.</summary>
    public static bool IsGenerated(ISymbol owner, SyntaxTree tree)
    {
        if (NameIndex.Of(tree).HasAnyOf(GeneratedCode))
        {
            for (var symbol = owner; symbol is not null; symbol = (symbol as IMethodSymbol)?.AssociatedSymbol ?? symbol.ContainingType)
            {
                if (symbol.GetAttributes().Any(static a => a.AttributeClass is { Name: "GeneratedCodeAttribute" }))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IMethodSymbol? PrimaryConstructorOf(TypeDeclarationSyntax type, SemanticModel model, CancellationToken cancellation) =>
        (model.GetDeclaredSymbol(type, cancellation) as INamedTypeSymbol)?.InstanceConstructors.FirstOrDefault(constructor =>
            constructor.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancellation) == type)
        );

    private static IEnumerable<SyntaxNode> InMembers(SyntaxList<MemberDeclarationSyntax> members)
    {
        foreach (var member in members)
        {
            switch (member)
            {
                case BaseNamespaceDeclarationSyntax space:
                    foreach (var inner in InMembers(space.Members))
                    {
                        yield return inner;
                    }

                    break;
                case TypeDeclarationSyntax type:
                    if (type.BaseList is { } bases && bases.Types.Any(SyntaxKind.PrimaryConstructorBaseType))
                    {
                        yield return type;
                    }

                    foreach (var inner in InMembers(type.Members))
                    {
                        yield return inner;
                    }

                    break;
                case BaseMethodDeclarationSyntax method
                    when ((SyntaxNode?)method.Body ?? method.ExpressionBody) is not null || method.AttributeLists.Count > 0:
                    yield return method;
                    break;
                case BaseFieldDeclarationSyntax field when field.Declaration.Variables.Any(static v => v.Initializer is not null):
                    yield return field;
                    break;
                case BasePropertyDeclarationSyntax property:
                    foreach (var part in InProperty(property))
                    {
                        yield return part;
                    }

                    break;
            }
        }
    }

    private static IEnumerable<SyntaxNode> InProperty(BasePropertyDeclarationSyntax property)
    {
        switch (property)
        {
            case PropertyDeclarationSyntax { ExpressionBody: { } expression }:
                yield return expression;
                break;
            case IndexerDeclarationSyntax { ExpressionBody: { } expression }:
                yield return expression;
                break;
            case PropertyDeclarationSyntax { Initializer: not null }:
                yield return property;
                break;
        }

        foreach (var accessor in property.AccessorList?.Accessors ?? default)
        {
            if (((SyntaxNode?)accessor.Body ?? accessor.ExpressionBody) is not null)
            {
                yield return accessor;
            }
        }
    }
}
