using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.CodeFixes;

/// <summary>Names of types that something in the project means already: a new type would stand before it, or beside it.</summary>
internal static class TakenNames
{
    /// <summary>Whether a type has the name, visible here or not, or a branch that is not compiled has it.</summary>
    /// <param name="name">The simple name.</param>
    /// <param name="own">The type that is changed.</param>
    /// <param name="compilation">The project.</param>
    /// <param name="cancellation">Ends it.</param>
    public static bool IsTaken(string name, INamedTypeSymbol own, Compilation compilation, CancellationToken cancellation) =>
        compilation
            .GetSymbolsWithName(name, SymbolFilter.Type, cancellation)
            .Any(other => !SymbolEqualityComparer.Default.Equals(other, own))
        || own.DeclaringSyntaxReferences.Any(r =>
            r.SyntaxTree.GetRoot(cancellation)
                .DescendantTrivia()
                .Any(t => t.IsKind(SyntaxKind.DisabledTextTrivia) && SyntaxFactory.ParseTokens(t.ToString()).Any(w => w.ValueText == name))
        );
}
