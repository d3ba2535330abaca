using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>Writes <c>virtual</c> among the modifiers of a method or a property.</summary>
internal static class VirtualMember
{
    /// <summary>Null where the member cannot be virtual, or has several declarations.</summary>
    public static TextChange? Of(SyntaxNode declaration, ISymbol symbol)
    {
        var member = (declaration as AccessorDeclarationSyntax)?.Parent?.Parent ?? declaration;
        if (
            symbol
            is not IMethodSymbol
            {
                IsVirtual: false,
                IsOverride: false,
                IsAbstract: false,
                IsStatic: false,
                DeclaredAccessibility: not Accessibility.Private,
                ExplicitInterfaceImplementations.IsEmpty: true,
                PartialDefinitionPart: null,
                PartialImplementationPart: null,
                ContainingType: { TypeKind: TypeKind.Class, IsSealed: false, IsStatic: false },
            }
        )
        {
            return null;
        }

        var (modifiers, next) = member switch
        {
            MethodDeclarationSyntax method => (method.Modifiers, method.ReturnType.GetFirstToken()),
            BasePropertyDeclarationSyntax property => (property.Modifiers, property.Type.GetFirstToken()),
            _ => default,
        };
        if (next.IsKind(SyntaxKind.None))
        {
            return null;
        }

        var later = modifiers.FirstOrDefault(static m =>
            m.Kind() is SyntaxKind.AsyncKeyword or SyntaxKind.UnsafeKeyword or SyntaxKind.ReadOnlyKeyword or SyntaxKind.RequiredKeyword
        );
        var place = later.IsKind(SyntaxKind.None) ? next : later;
        return new TextChange(new TextSpan(place.SpanStart, 0), "virtual ");
    }
}
