using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Deferral;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>A result that reads only when the session has ended: the session cannot follow it.</summary>
internal static class MR2004DeferredResult
{
    public const string Id = "MR2004";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Deferred result outlives the session",
        "{0}: its reads come after the session has ended; {1}",
        "MonotonicReads.Wrapping",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A query or an open reader reads when it is walked through, which is after the call that returned it. The wrapper "
            + "holds its session for tasks, IAsyncEnumerable<T>, IEnumerable<T> and their enumerators, and for nothing else.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    private const string Remedy = "return what was read (ToListAsync, a List<T>), or an IAsyncEnumerable<T> of the annotated method";

    public static void ReportMembers(SymbolAnalysisContext context, WrappedClasses classes)
    {
        if (
            context.Symbol is not INamedTypeSymbol { TypeKind: TypeKind.Class } type
            || classes.IsEmpty
            || classes.Of(type)?.Decision is not { } decision
        )
        {
            return;
        }

        foreach (var method in decision.CoveredMethods)
        {
            if (
                SymbolEqualityComparer.Default.Equals(method.ContainingType, type)
                && DeferredIn(method.ReturnType) is { } deferred
                && (method.AssociatedSymbol ?? method).Locations.FirstOrDefault(static l => l.IsInSource) is { } place
            )
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(
                        Descriptor,
                        place,
                        $"'{Obstacle.Name(method.AssociatedSymbol ?? method)}' is annotated and returns {deferred}",
                        Remedy
                    )
                );
            }
        }
    }

    public static void ReportSession(SyntaxNodeAnalysisContext context, CompilationReads reads)
    {
        var begin = (InvocationExpressionSyntax)context.Node;
        if (!IsOfUsing(begin) || SessionInCode.LevelOf(begin, context.SemanticModel, context.CancellationToken) is null)
        {
            return;
        }

        var function = begin
            .Ancestors()
            .FirstOrDefault(static n =>
                n
                    is MemberDeclarationSyntax
                        or LocalFunctionStatementSyntax
                        or AnonymousFunctionExpressionSyntax
                        or AccessorDeclarationSyntax
            );
        if (function is null or GlobalStatementSyntax || ScopeOf(begin) is not { } scope)
        {
            return;
        }

        if (Own(function).Any(static n => n is YieldStatementSyntax))
        {
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Descriptor,
                    begin.GetLocation(),
                    "A session that begins in an iterator is lost, or left to the caller, at the first yield",
                    "begin it around the loop that walks through the iterator, or annotate the method"
                )
            );
            return;
        }

        var told = ReportResults(scope, context);
        if (reads.Summaries is { } summaries && BodyOf(function) is { } body)
        {
            foreach (var leaving in LeavingIn(scope, body, summaries, context))
            {
                if (!told.Contains(leaving.Place))
                {
                    told.Add(leaving.Place);
                    context.ReportDiagnostic(
                        Diagnostic.Create(
                            Descriptor,
                            leaving.Place.GetLocation(),
                            $"What is {(leaving.IsReturned ? "returned" : "kept")} here {What(leaving.Carrier)}",
                            "read it before the session ends (ToList)"
                        )
                    );
                }
            }
        }
    }

    /// <summary>Reports what reads later by its type or by the query that it comes from, and returns it.</summary>
    private static List<SyntaxNode> ReportResults(IReadOnlyList<SyntaxNode> scope, SyntaxNodeAnalysisContext context)
    {
        var told = new List<SyntaxNode>();
        foreach (var statement in scope.SelectMany(Own))
        {
            if (
                statement is ReturnStatementSyntax { Expression: { } result }
                && TypeOf(result, context) is { } type
                && ((IsOpen(type, result, context) ? DeferredIn(type) : null) ?? LazyIn(result, type, context)) is { } deferred
            )
            {
                told.Add(result);
                context.ReportDiagnostic(
                    Diagnostic.Create(Descriptor, result.GetLocation(), $"What is returned here is {deferred}", Remedy)
                );
            }
        }

        return told;
    }

    private static string What(Carrier carrier) =>
        carrier switch
        {
            Carrier.Sequence => "is a sequence that reads when it is walked through",
            Carrier.Delegate => "is a delegate that reads when it is called",
            _ => "holds a sequence or a delegate that reads when it is used",
        };

    /// <summary>Where reads that the code of a session names leave it before they are made.</summary>
    private static IEnumerable<Leaving> LeavingIn(
        IReadOnlyList<SyntaxNode> scope,
        SyntaxNode body,
        MethodSummaries summaries,
        SyntaxNodeAnalysisContext context
    )
    {
        var callees = new LazyCallees(
            tree => tree == context.Node.SyntaxTree ? context.SemanticModel : summaries.ModelOf(tree),
            (other, model) => ReadingNames.In(other, summaries, model, context.CancellationToken),
            context.CancellationToken,
            method => summaries.TargetsOf(method, context.CancellationToken)
        );
        var within = TextSpan.FromBounds(scope[0].SpanStart, scope[scope.Count - 1].Span.End);
        var later = new LaterReads(context.SemanticModel, body, within, callees, context.CancellationToken);
        var functions = body.DescendantNodes().Where(n => n is LocalFunctionStatementSyntax && !within.Contains(n.Span));
        return scope
            .Concat(functions)
            .SelectMany(s => ReadingNames.In(s, summaries, context.SemanticModel, context.CancellationToken))
            .SelectMany(later.Of)
            .Where(static l => l.IsCertain);
    }

    private static BlockSyntax? BodyOf(SyntaxNode function) =>
        function switch
        {
            BaseMethodDeclarationSyntax method => method.Body,
            LocalFunctionStatementSyntax local => local.Body,
            AccessorDeclarationSyntax accessor => accessor.Body,
            AnonymousFunctionExpressionSyntax lambda => lambda.Block,
            _ => null,
        };

    /// <summary>What a type is, where it reads later than its method returns; through the task that it comes in.</summary>
    private static string? DeferredIn(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { TypeArguments: [var result] } task && FrameworkTypes.IsTaskLike(task))
        {
            // Only what the member itself returns is followed by its wrapper.
            if (FrameworkTypes.AsyncSequenceItem(result) is not null || FrameworkTypes.IsAsyncEnumerator(result))
            {
                return "a task of a sequence that is streamed";
            }

            type = result;
        }

        return Named(type) ?? type.AllInterfaces.Select(Named).FirstOrDefault(static n => n is not null);

        static string? Named(ITypeSymbol type) =>
            (type.Name, type.ContainingType?.Name ?? type.ContainingNamespace?.ToDisplayString()) switch
            {
                ("IQueryable", "System.Linq") => "a query (IQueryable)",
                ("GridReader", "SqlMapper") => "an open GridReader",
                ("IDataReader", "System.Data") => "an open reader",
                ("IOrderedEnumerable", "System.Linq") => "a sequence that is sorted when it is walked through",
                _ => null,
            };
    }

    /// <summary>A sequence that is known to read when it is walked through: streamed by Dapper, or made from a query.</summary>
    private static string? LazyIn(ExpressionSyntax result, ITypeSymbol type, SyntaxNodeAnalysisContext context)
    {
        if (FrameworkTypes.SequenceItem(type) is null && FrameworkTypes.AsyncSequenceItem(type) is null)
        {
            return null;
        }

        for (
            var node = Given(result, context);
            node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } call;
            node = Given(access.Expression, context)
        )
        {
            if (
                context.SemanticModel.GetSymbolInfo(call, context.CancellationToken).Symbol is IMethodSymbol method
                && method.ContainingNamespace?.Name == "Dapper"
                && LazyCallees.IsStreamed(method, call)
            )
            {
                return "a sequence that is streamed";
            }

            if (
                TypeOf(access.Expression, context) is { } receiver
                && DeferredIn(receiver) is not null
                && access.Name.Identifier.ValueText is "AsEnumerable" or "AsAsyncEnumerable" or "Select" or "Where"
            )
            {
                return "a sequence that is read from a query when it is walked through";
            }
        }

        return null;
    }

    /// <summary>
    /// Whether what is returned reads by its type alone: not what is sorted or asked for as a query and was in memory before, of which its
    /// parts tell.
    /// </summary>
    private static bool IsOpen(ITypeSymbol type, ExpressionSyntax result, SyntaxNodeAnalysisContext context)
    {
        if (type.Name == "IOrderedEnumerable")
        {
            return false;
        }

        var node = Given(result, context);
        while (node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access })
        {
            if (access.Name.Identifier.ValueText == "AsQueryable")
            {
                return TypeOf(access.Expression, context) is not { } source || DeferredIn(source) is not null;
            }

            node = Given(access.Expression, context);
        }

        return true;
    }

    /// <summary>An expression, or what the local that it names is declared with and keeps.</summary>
    private static ExpressionSyntax Given(ExpressionSyntax expression, SyntaxNodeAnalysisContext context)
    {
        if (
            expression is not IdentifierNameSyntax
            || context.SemanticModel.GetSymbolInfo(expression, context.CancellationToken).Symbol
                is not ILocalSymbol { DeclaringSyntaxReferences: [var reference] } local
            || reference.GetSyntax(context.CancellationToken) is not VariableDeclaratorSyntax { Initializer.Value: { } value } declarator
        )
        {
            return expression;
        }

        var block = declarator.FirstAncestorOrSelf<BlockSyntax>();
        var isAssigned = block
            ?.DescendantNodes()
            .Any(n => n is AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } && name.Identifier.ValueText == local.Name);
        return isAssigned == false ? value : expression;
    }

    private static ITypeSymbol? TypeOf(ExpressionSyntax expression, SyntaxNodeAnalysisContext context) =>
        context.SemanticModel.GetTypeInfo(expression, context.CancellationToken).Type;

    /// <summary>The statements in which the session runs; null where it is not begun by a <c>using</c>.</summary>
    private static IReadOnlyList<SyntaxNode>? ScopeOf(SyntaxNode begin)
    {
        if (begin.FirstAncestorOrSelf<StatementSyntax>() is not { } statement)
        {
            return null;
        }

        return statement switch
        {
            UsingStatementSyntax around => [around.Statement],
            LocalDeclarationStatementSyntax { UsingKeyword.RawKind: (int)SyntaxKind.UsingKeyword, Parent: BlockSyntax block } =>
            [
                .. block.Statements.SkipWhile(s => s != statement),
            ],
            _ => null,
        };
    }

    /// <summary>What a using holds: no other session is told where it ends.</summary>
    private static bool IsOfUsing(InvocationExpressionSyntax begin) =>
        CallNames.Receiver(begin) switch
        {
            UsingStatementSyntax => true,
            EqualsValueClauseSyntax { Parent.Parent.Parent: var declared } => declared
                is UsingStatementSyntax
                    or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: (int)SyntaxKind.UsingKeyword },
            _ => false,
        };

    /// <summary>The nodes of a function without those of functions in it.</summary>
    private static IEnumerable<SyntaxNode> Own(SyntaxNode function) =>
        function.DescendantNodesAndSelf(n => n == function || n is not (LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax));
}
