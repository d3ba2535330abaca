using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>Awaits a task that was dropped, so that its reads come before the session ends.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AwaitTaskFix)), Shared]
public sealed class AwaitTaskFix : RemedyFix
{
    /// <summary>The action's key.</summary>
    public const string EquivalenceKey = "MonotonicReads.AwaitTask";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(MR2005TaskNotAwaited.Id);

    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        if (
            await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false) is not { } file
            || file.Root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call
            || BeginningOf(call, file.Model, cancellation) is not { } beginning
            || !CanAwait(call, file.Model, cancellation)
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        return ImmutableArray.Create(
            new Remedy(
                "Wait for the task, so that it reads before the session ends (await)",
                EquivalenceKey,
                new FileEdit(document.Id, new TextChange(beginning, "await "))
            )
        );
    }

    /// <summary>What stands before the call in its statement: nothing, or <c>_ =</c>; null where that is more, or has a comment.</summary>
    private static TextSpan? BeginningOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        call.Parent switch
        {
            ExpressionStatementSyntax => new TextSpan(call.SpanStart, 0),
            AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax } assignment
                when model.GetSymbolInfo(assignment.Left, cancellation).Symbol is IDiscardSymbol
                    && string.IsNullOrWhiteSpace(assignment.Left.GetTrailingTrivia() + "" + assignment.OperatorToken.TrailingTrivia) =>
                TextSpan.FromBounds(assignment.SpanStart, call.SpanStart),
            _ => null,
        };

    private static bool CanAwait(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        foreach (var node in call.Ancestors())
        {
            switch (node)
            {
                case LockStatementSyntax or UnsafeStatementSyntax or FixedStatementSyntax or QueryExpressionSyntax:
                    return false;
                case AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax:
                    return model.GetEnclosingSymbol(call.SpanStart, cancellation) is IMethodSymbol { IsAsync: true }
                        || node is GlobalStatementSyntax;
            }
        }

        return false;
    }
}
