using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.CodeFixes;

/// <summary>Declares a method in the interface of its class, which no other class may implement.</summary>
internal static class ContractMember
{
    /// <summary>The interface and the edit; null where there is no such interface, or several.</summary>
    public static (INamedTypeSymbol Interface, FileEdit Edit)? Of(
        SyntaxNode declaration,
        ISymbol symbol,
        INamedTypeSymbol type,
        SourceFile file,
        CancellationToken cancellation
    )
    {
        if (
            declaration is not MethodDeclarationSyntax method
            || symbol
                is not IMethodSymbol
                {
                    MethodKind: MethodKind.Ordinary,
                    DeclaredAccessibility: Accessibility.Public,
                    IsStatic: false,
                    IsOverride: false,
                }
            || type.AllInterfaces.Where(IsOfProject).ToList() is not [{ IsGenericType: false } contract]
            || contract.DeclaringSyntaxReferences is not [var reference]
            || reference.GetSyntax(cancellation) is not InterfaceDeclarationSyntax written
            || reference.SyntaxTree != file.Root.SyntaxTree
            || IsImplementedElsewhere(contract, type, file.Document.Project.Solution)
            || Signature.Of(method) is not { } signature
        )
        {
            return null;
        }

        return (contract, new FileEdit(file.Document.Id, At(written, signature, file.Layout)));

        bool IsOfProject(INamedTypeSymbol i) => SymbolEqualityComparer.Default.Equals(i.ContainingAssembly, type.ContainingAssembly);
    }

    /// <summary>Behind the last member, before the closing brace.</summary>
    private static TextChange At(InterfaceDeclarationSyntax contract, string signature, Layout layout)
    {
        var brace = contract.CloseBraceToken;
        var last = contract.Members.LastOrDefault();
        if (!layout.IsFirstOnLine(brace.SpanStart))
        {
            return new TextChange(new TextSpan(brace.SpanStart, 0), signature + " ");
        }

        var indentation =
            last is not null && layout.IsFirstOnLine(last.SpanStart)
                ? layout.IndentationAt(last.SpanStart)
                : layout.IndentationAt(brace.SpanStart) + layout.UnitAt(contract);
        var line = layout.Text.Lines.GetLineFromPosition(brace.SpanStart);
        return new TextChange(new TextSpan(line.Start, 0), indentation + signature + layout.LineEndAt(line.Start));
    }

    /// <summary>Judged by names alone, over all projects.</summary>
    private static bool IsImplementedElsewhere(INamedTypeSymbol contract, INamedTypeSymbol type, Solution solution) =>
        solution
            .Projects.SelectMany(static p => p.Documents)
            .Any(d =>
                d.TryGetSyntaxTree(out var tree)
                && BaseNameIndex.Of(tree).Types.Any(t => t.Name != type.Name && Array.IndexOf(t.Bases, contract.Name) >= 0)
            );
}
