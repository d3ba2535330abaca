using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Rules;

/// <summary>A body as it stands in a file.</summary>
/// <param name="Owner">The member that it belongs to.</param>
/// <param name="Syntax">Its declaration.</param>
/// <param name="Model">A model of its file.</param>
internal readonly record struct SourceBody(ISymbol Owner, SyntaxNode Syntax, SemanticModel Model);
