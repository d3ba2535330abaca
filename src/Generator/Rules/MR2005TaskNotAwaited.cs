using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>A task that is started in a session and reads, and that nothing in the session waits for.</summary>
internal static class MR2005TaskNotAwaited
{
    public const string Id = "MR2005";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Task is not awaited in its session",
        "'{0}' reads, is started in the session and not awaited in it: what it reads after the session has ended is ordered by "
            + "nothing; {1}",
        "MonotonicReads.Wrapping",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A session ends with the call that began it. A read that runs on after that counts as outside a session.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    public static void Report(SyntaxNodeAnalysisContext context, WrappedClasses classes, CompilationReads reads)
    {
        var started = Started((StatementSyntax)context.Node, out var isReturned);
        // What makes a finished task of a value runs nothing.
        if (started is null || NameOf(started) == "FromResult" || !MayRunInSession(context, classes, isReturned))
        {
            return;
        }

        if (
            context.SemanticModel.GetTypeInfo(started, context.CancellationToken).Type is not { } type
            || !FrameworkTypes.IsTaskLike(type)
            || !RunsInSession(context, isReturned)
            || reads.Summaries is not { } summaries
            || !ReadingNames.In(started, summaries, context.SemanticModel, context.CancellationToken).Any()
        )
        {
            return;
        }

        context.ReportDiagnostic(
            Diagnostic.Create(
                Descriptor,
                started.GetLocation(),
                NameOf(started),
                isReturned ? "await it before the using ends the session" : "await it, or begin a session of its own inside the task"
            )
        );
    }

    /// <summary>
    /// The call whose task nobody in the method holds on to, or that a method with a session of its own returns without waiting.
    /// </summary>
    private static InvocationExpressionSyntax? Started(StatementSyntax statement, out bool isReturned)
    {
        isReturned = statement is ReturnStatementSyntax;
        return statement switch
        {
            ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call } => call,
            ExpressionStatementSyntax
            {
                Expression: AssignmentExpressionSyntax
                {
                    Left: IdentifierNameSyntax { Identifier.ValueText: "_" },
                    Right: InvocationExpressionSyntax call
                }
            } => call,
            LocalDeclarationStatementSyntax
            {
                AwaitKeyword.RawKind: 0,
                UsingKeyword.RawKind: 0,
                Declaration.Variables: [{ Initializer.Value: InvocationExpressionSyntax call } local]
            } when !IsMentioned(local) => call,
            ReturnStatementSyntax { Expression: InvocationExpressionSyntax call } => call,
            _ => null,
        };
    }

    private static bool IsMentioned(VariableDeclaratorSyntax local)
    {
        var scope = local.FirstAncestorOrSelf<BlockSyntax>();
        return scope is null
            || scope.DescendantNodes().Any(n => n is IdentifierNameSyntax name && name.Identifier.ValueText == local.Identifier.ValueText);
    }

    private static bool MayRunInSession(SyntaxNodeAnalysisContext context, WrappedClasses classes, bool isReturned) =>
        IsInSessionInCode(context)
        || (
            !isReturned
            && !classes.IsEmpty
            && context.Node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type
            && classes.MayBe(type.Identifier.ValueText)
        );

    private static bool IsInSessionInCode(SyntaxNodeAnalysisContext context) =>
        SessionInCode.Around(context.Node, context.SemanticModel, context.CancellationToken) != DeclaredConsistency.None;

    private static bool RunsInSession(SyntaxNodeAnalysisContext context, bool isReturned)
    {
        var method = context.SemanticModel.GetEnclosingSymbol(context.Node.SpanStart, context.CancellationToken) as IMethodSymbol;
        if (IsInSessionInCode(context))
        {
            return !isReturned || method is { IsAsync: false };
        }

        return method is not null && ConsistencyAnnotations.Of(method, includeAssembly: false) > DeclaredConsistency.Eventual;
    }

    private static string NameOf(InvocationExpressionSyntax call) =>
        call.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
            SimpleNameSyntax name => name.Identifier.ValueText,
            _ => call.Expression.ToString(),
        };
}
