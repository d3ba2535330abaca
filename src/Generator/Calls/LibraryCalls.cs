using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>Whether what carries the name of a library's member is that member: binds the statements in which the name stands, and no more of the body.</summary>
internal sealed class LibraryCalls(ForeignBodies bodies, DataLibraries libraries)
{
    public bool IsConfirmed(SyntaxTree tree, NameIndex.Member member)
    {
        if (bodies.ModelOf(tree) is not { } model || NameIndex.DeclarationOf(tree, member) is not { } declaration)
        {
            return true;
        }

        foreach (var node in NameIndex.Mentions(declaration))
        {
            if (NameIndex.Mentioned(node) is { } name && libraries.MayTouch(name) && (libraries.NeedsNoSymbol(name) || IsOfLibrary(model.GetSymbolInfo(node))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A call that does not bind, for want of a reference or of the last character, counts for what it may be.</summary>
    private bool IsOfLibrary(SymbolInfo info) => info.Symbol is { } symbol ? IsOfLibrary(symbol) : info.CandidateSymbols.Any(IsOfLibrary);

    private bool IsOfLibrary(ISymbol symbol) => libraries.Listed.RoleOf(symbol) is not null || (symbol is IMethodSymbol method && libraries.Describe(method) is not null);
}
