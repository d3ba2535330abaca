using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Deferral;

/// <summary>Where a local's value is used.</summary>
internal sealed class LocalUses(SemanticModel model, SyntaxNode body, CancellationToken cancellation)
{
    /// <summary>The uses behind a definition that may still see the value which it gives.</summary>
    public IEnumerable<IdentifierNameSyntax> Of(ISymbol local, SyntaxNode definition)
    {
        var writes = Writes(local).Where(w => w.SpanStart > definition.Span.End).ToList();
        return Uses(local).Where(use => use.SpanStart > definition.Span.End && !writes.Exists(w => Overwrites(w, use)));
    }

    /// <summary>Where a local function is called or named, outside itself.</summary>
    public IEnumerable<IdentifierNameSyntax> Of(ISymbol function, LocalFunctionStatementSyntax declaration) =>
        Uses(function).Where(use => !declaration.Span.Contains(use.Span));

    private IEnumerable<IdentifierNameSyntax> Uses(ISymbol local) =>
        body.DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Where(n =>
                n.Identifier.ValueText == local.Name
                && !(n.Parent is AssignmentExpressionSyntax assignment && assignment.Left == n)
                && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellation).Symbol, local)
            );

    private IEnumerable<AssignmentExpressionSyntax> Writes(ISymbol local) =>
        body.DescendantNodes()
            .OfType<AssignmentExpressionSyntax>()
            .Where(a => a.Left is IdentifierNameSyntax name && name.Identifier.ValueText == local.Name);

    /// <summary>Whether the local has another value by the time of its use, whichever way is taken there.</summary>
    private static bool Overwrites(AssignmentExpressionSyntax write, SyntaxNode use) =>
        write.Span.End < use.SpanStart
        && write.Parent is ExpressionStatementSyntax { Parent: BlockSyntax block }
        && block.Span.Contains(use.Span);
}
