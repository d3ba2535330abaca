using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>Declares a method in the interface of its class, which no other class may implement.</summary>
internal static class ContractMember
{
    /// <summary>The interface and the edit; null where there is no such interface, or several.</summary>
    public static async Task<(INamedTypeSymbol Interface, FileEdit Edit)?> OfAsync(
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
            || Signature.Of(method) is not { } signature
            || await IsImplementedElsewhereAsync(contract, type, file.Document.Project, cancellation).ConfigureAwait(false)
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

    /// <summary>
    /// Judged by names, over every file that has the interface's: base lists, aliases, and what is not compiled. In another language
    /// nothing is seen.
    /// </summary>
    private static async Task<bool> IsImplementedElsewhereAsync(
        INamedTypeSymbol contract,
        INamedTypeSymbol type,
        Project project,
        CancellationToken cancellation
    )
    {
        var own = type.DeclaringSyntaxReferences.Select(static r => (r.SyntaxTree.FilePath, r.Span)).ToList();
        foreach (
            var id in project
                .Solution.GetProjectDependencyGraph()
                .GetProjectsThatTransitivelyDependOnThisProject(project.Id)
                .Prepend(project.Id)
        )
        {
            var other = project.Solution.GetProject(id)!;
            if (other.Language != LanguageNames.CSharp)
            {
                return true;
            }

            foreach (var document in other.Documents)
            {
                if (
                    await NamingProjects.MayNameAsync(document, [contract.Name], cancellation).ConfigureAwait(false)
                    && await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is { } root
                    && MayImplement(root, contract.Name, own)
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool MayImplement(SyntaxNode root, string name, List<(string Path, TextSpan Span)> own) =>
        root.DescendantNodes()
            .Any(n =>
                n switch
                {
                    BaseListSyntax bases => !own.Contains((root.SyntaxTree.FilePath, bases.Parent!.Span)) && Names(bases, name),
                    UsingDirectiveSyntax { Alias: not null } alias => Names(alias, name),
                    _ => false,
                }
            )
        || root.DescendantTrivia()
            .Any(t => t.IsKind(SyntaxKind.DisabledTextTrivia) && SyntaxFactory.ParseTokens(t.ToString()).Any(w => w.ValueText == name));

    private static bool Names(SyntaxNode node, string name) =>
        node.DescendantTokens().Any(t => t.IsKind(SyntaxKind.IdentifierToken) && t.ValueText == name);
}
