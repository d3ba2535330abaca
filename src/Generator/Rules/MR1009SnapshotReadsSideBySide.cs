using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>Reads that are started together in a method whose reads share one connection: they wait for each other.</summary>
internal static class MR1009SnapshotReadsSideBySide
{
    public const string Id = "MR1009";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Snapshot reads do not run side by side",
        "'{0}' shows one moment ([Monotonic(Snapshot = true)]), so that its reads share one connection: those that '{1}' starts "
            + "together run one after the other",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "A snapshot is one transaction on one connection. Reads that are started together wait for each other, and an open "
            + "reader holds all of them up. Read one after the other, or give the moment up.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    public static void Report(
        ReportedUnit unit,
        SyntaxNode body,
        FlowResult flow,
        SemanticModel model,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        if (flow.Reads is { Sites: < 2, MayRepeat: false } || ConsistencyAnnotations.NearestTo(unit.Symbol) is not { IsSnapshot: true })
        {
            return;
        }

        foreach (var call in body.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (
                NameOf(call)
                    is { Identifier.ValueText: "WhenAll" or "WhenAny" or "WhenEach" or "ForEachAsync" or "ForEach" or "Invoke" } name
                && model.GetSymbolInfo(call, cancellation).Symbol
                    is IMethodSymbol
                    {
                        ContainingType:
                        { Name: "Task" or "Parallel", ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } }
                    }
            )
            {
                report(Diagnostic.Create(Descriptor, name.GetLocation(), unit.Name, name.Identifier.ValueText));
                return;
            }
        }
    }

    private static SimpleNameSyntax? NameOf(InvocationExpressionSyntax call) =>
        call.Expression switch
        {
            MemberAccessExpressionSyntax member => member.Name,
            SimpleNameSyntax name => name,
            _ => null,
        };
}
