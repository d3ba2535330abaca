using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Whether what carries the name of a library's member is that member: binds the statements in which the name stands, and no more of the
/// body.
/// </summary>
internal sealed class LibraryCalls(ForeignBodies bodies, DataLibraries libraries)
{
    /// <summary>So many members are bound to see whether the others are worth it.</summary>
    private const int Sample = 40;

    /// <summary>
    /// Whether most of what carries a library's name is something else, so that binding all of it saves more than it costs. Where a project
    /// means the library when it says its names, as one that reads through Dapper or EF Core does, it would only be bound twice.
    /// </summary>
    /// <param name="naming">The members that name a library's member.</param>
    public bool AreMostlyOthers(IReadOnlyList<(SyntaxTree Tree, NamedMember Member)> naming)
    {
        var step = Math.Max(1, naming.Count / Sample);
        var bound = (naming.Count + step - 1) / step;
        var confirmed = 0;

        // Half of them settle it: where the library is meant, the rest is not bound.
        for (var i = 0; i < naming.Count && confirmed * 2 < bound; i += step)
        {
            confirmed += IsConfirmed(naming[i].Tree, naming[i].Member) ? 1 : 0;
        }

        return confirmed * 2 < bound;
    }

    public bool IsConfirmed(SyntaxTree tree, NamedMember member)
    {
        if (bodies.ModelOf(tree) is not { } model || SyntaxNames.DeclarationOf(tree, member) is not { } declaration)
        {
            return true;
        }

        foreach (var node in SyntaxNames.Mentions(declaration))
        {
            if (
                SyntaxNames.Mentioned(node) is { } name
                && libraries.MayTouch(name)
                && (libraries.NeedsNoSymbol(name) || IsOfLibrary(model.GetSymbolInfo(node)))
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A call that does not bind, for want of a reference or of the last character, counts for what it may be.</summary>
    private bool IsOfLibrary(SymbolInfo info) => info.Symbol is { } symbol ? IsOfLibrary(symbol) : info.CandidateSymbols.Any(IsOfLibrary);

    private bool IsOfLibrary(ISymbol symbol) =>
        libraries.Listed.RoleOf(symbol) is not null || (symbol is IMethodSymbol method && libraries.Describe(method) is not null);
}
