using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>An interface of the annotated methods of a class that has none, behind which its wrapper can stand.</summary>
internal static class ExtractedInterface
{
    /// <summary>The interface's name and the changes of the class's file; null where it cannot be written.</summary>
    public static (string Name, ImmutableArray<TextChange> Changes)? Of(
        INamedTypeSymbol type,
        ImmutableArray<IMethodSymbol> methods,
        SourceFile file,
        CancellationToken cancellation
    )
    {
        var name = "I" + type.Name;
        if (
            type is not { TypeKind: TypeKind.Class, ContainingType: null, IsStatic: false, IsFileLocal: false, IsAbstract: false }
            || type.AllInterfaces.Any(static i => !i.DeclaringSyntaxReferences.IsEmpty)
            || type.DeclaringSyntaxReferences is not [var reference]
            || reference.GetSyntax(cancellation)
                is not TypeDeclarationSyntax { CloseBraceToken.RawKind: (int)SyntaxKind.CloseBraceToken } declaration
            || file.Model.LookupSymbols(declaration.SpanStart, name: name).Length > 0
            || TakenNames.IsTaken(name, type, file.Model.Compilation, cancellation)
            // With an interface the wrapper no longer derives, and reaches nothing else.
            || SignaturesOf(AnnotatedMethods.Of(type).Union<IMethodSymbol>(methods, SymbolEqualityComparer.Default), cancellation)
                is not { } signatures
        )
        {
            return null;
        }

        return (name, Changes(declaration, name, signatures, file.Layout));
    }

    private static List<string>? SignaturesOf(IEnumerable<IMethodSymbol> methods, CancellationToken cancellation)
    {
        var signatures = new List<string>();
        foreach (var method in methods)
        {
            if (
                method is not { MethodKind: MethodKind.Ordinary, DeclaredAccessibility: Accessibility.Public, IsOverride: false }
                || method.DeclaringSyntaxReferences is not [var reference]
                || reference.GetSyntax(cancellation) is not MethodDeclarationSyntax declaration
                || Signature.Of(declaration) is not { } signature
            )
            {
                return null;
            }

            signatures.Add(signature);
        }

        return signatures.Count > 0 ? signatures : null;
    }

    private static ImmutableArray<TextChange> Changes(
        TypeDeclarationSyntax declaration,
        string name,
        IReadOnlyList<string> signatures,
        Layout layout
    )
    {
        var lineEnd = layout.LineEndAt(declaration.SpanStart);
        var outer = layout.IndentationAt(declaration.SpanStart);
        var inner = outer + layout.UnitAt(declaration.Members.FirstOrDefault() ?? (SyntaxNode)declaration);
        var access = string.Concat(
            declaration
                .Modifiers.Where(static m => m.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword)
                .Select(static m => m.Text + " ")
        );
        var text =
            $"{lineEnd}{lineEnd}{outer}{access}interface {name}{declaration.TypeParameterList}"
            + string.Concat(declaration.ConstraintClauses.Select(static c => " " + c))
            + $"{lineEnd}{outer}{{{lineEnd}"
            + string.Concat(signatures.Select(s => inner + s + lineEnd))
            + $"{outer}}}";
        var implemented = name + declaration.TypeParameterList;
        var list = declaration.BaseList;
        var before = declaration.ParameterList?.Span.End ?? declaration.TypeParameterList?.Span.End ?? declaration.Identifier.Span.End;
        return ImmutableArray.Create(
            list is null
                ? new TextChange(new TextSpan(before, 0), " : " + implemented)
                : new TextChange(new TextSpan(list.Types.Last().Span.End, 0), ", " + implemented),
            new TextChange(new TextSpan(layout.EndOfLineBehind(declaration.GetLastToken()), 0), text)
        );
    }
}
