using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Rules;

/// <summary>The names in code that stand for reads: members of data libraries, and methods from which one is reached.</summary>
internal static class ReadingNames
{
    /// <summary>The names in the order in which they are written; each is bound as it is asked for.</summary>
    public static IEnumerable<SimpleNameSyntax> In(
        SyntaxNode node,
        MethodSummaries summaries,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        var search = summaries.Begin(cancellation);
        foreach (var name in node.DescendantNodesAndSelf().OfType<SimpleNameSyntax>())
        {
            var text = name.Identifier.ValueText;
            if (
                (summaries.Reaching.Contains(text) || summaries.Libraries.MayTouch(text))
                && model.GetSymbolInfo(name, cancellation).Symbol is IMethodSymbol method
                && (
                    summaries.Libraries.Describe(method) is { } member
                        ? member.Role is DataRole.SendsForRows or DataRole.Reads or DataRole.ReadsQuery
                        : search.OfCall(method, isVirtualCall: true, runsDelegates: false).Effects.Any(static e => e.ForRows)
                )
            )
            {
                yield return name;
            }
        }
    }
}
