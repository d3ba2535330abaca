using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Merging;

/// <summary>
/// One read of Dapper's that a <c>GridReader</c> can do as well, with all of its arguments: a constant query, parameters that can be
/// evaluated earlier without any difference, and nothing else.
/// </summary>
/// <param name="Statement">The statement that it stands in.</param>
/// <param name="Call">The call.</param>
/// <param name="Local">What the statement declares; null for a <c>return</c>.</param>
/// <param name="Connection">The local, parameter or read-only field that holds the connection.</param>
/// <param name="Sql">The text as it is written.</param>
/// <param name="Text">The text.</param>
/// <param name="Parameters">The parameters.</param>
/// <param name="Shared">What must be the same for all: transaction and timeout, as they are written, empty where they are not.</param>
/// <param name="Awaiting">What stands behind the call of an asynchronous read up to its <c>await</c>; null for a synchronous one.</param>
internal sealed record DapperRead(
    StatementSyntax Statement,
    InvocationExpressionSyntax Call,
    ILocalSymbol? Local,
    ISymbol Connection,
    ExpressionSyntax Sql,
    string Text,
    ReadParameters Parameters,
    (string Transaction, string Timeout) Shared,
    string? Awaiting
)
{
    private const string Prefix = "Query";

    private static readonly HashSet<string> Names = new(
        new[] { "Query", "QueryFirst", "QueryFirstOrDefault", "QuerySingle", "QuerySingleOrDefault" }.SelectMany(static name =>
            new[] { name, name + "Async" }
        ),
        StringComparer.Ordinal
    );

    /// <summary>Whether a call may be one, by its name and shape alone.</summary>
    public static bool MayBe(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Name: { } name } && Names.Contains(name.Identifier.ValueText);

    /// <summary>The member of <c>GridReader</c> that does the same, with its type argument as it is written.</summary>
    public string Counterpart => "Read" + Name.ToString().Substring(Prefix.Length);

    /// <summary>The part of the call that the counterpart takes the place of: connection, name and arguments.</summary>
    public SimpleNameSyntax Name => ((MemberAccessExpressionSyntax)Call.Expression).Name;

    /// <summary>The read in a statement; null where it is none, or one whose sameness is not proved.</summary>
    public static DapperRead? In(
        StatementSyntax statement,
        InvocationExpressionSyntax call,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        if (
            model.GetOperation(call, cancellation) is not IInvocationOperation { TargetMethod: var method } operation
            || !IsDappers(method)
            // As an extension: the fix writes the connection before the point.
            || model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol { ReducedFrom: not null }
            || ReadArguments.Of(operation, model, cancellation) is not { } arguments
            || AwaitingOf(call, method.Name) is not var (awaiting, isSame)
            || !isSame
            || !AnswersTheSame(method, arguments.Text, awaiting is not null)
            || !OnlyLooks(statement, call, model, cancellation)
        )
        {
            return null;
        }

        var local = statement is LocalDeclarationStatementSyntax { Declaration.Variables: [var variable] }
            ? model.GetDeclaredSymbol(variable, cancellation) as ILocalSymbol
            : null;
        return new DapperRead(
            statement,
            call,
            local,
            arguments.Connection,
            arguments.Sql,
            arguments.Text,
            arguments.Parameters,
            (arguments.Transaction, arguments.Timeout),
            awaiting
        );
    }

    /// <summary>Whether two reads can be sent as one text on one command.</summary>
    public bool IsLike(DapperRead other) =>
        SymbolEqualityComparer.Default.Equals(Connection, other.Connection) && Shared == other.Shared && Awaiting == other.Awaiting;

    /// <summary>A method for one type of row, of which the reader has one too.</summary>
    private static bool IsDappers(IMethodSymbol method) =>
        (method.ReducedFrom ?? method) is { Arity: <= 1, IsExtensionMethod: true, ContainingType: { Name: "SqlMapper" } mapper } definition
        && mapper is { ContainingType: null, ContainingNamespace: { Name: "Dapper", ContainingNamespace.IsGlobalNamespace: true } }
        && mapper
            .GetTypeMembers("GridReader")
            .SelectMany(static g => g.GetMembers())
            .Any(m => m.Name == "Read" + definition.Name.Substring(Prefix.Length));

    private static bool AnswersTheSame(IMethodSymbol method, string text, bool isAwaited) =>
        !(method.Name.StartsWith("QueryFirst", StringComparison.Ordinal) && MergedText.FetchesMore(text))
        && RowType.IsSame(method, text, isAwaited);

    /// <summary>What stands around the call is the framework's or Dapper's, and no conversion runs code of anybody's.</summary>
    private static bool OnlyLooks(
        StatementSyntax statement,
        InvocationExpressionSyntax call,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        foreach (var around in call.Ancestors().TakeWhile(a => a != statement).OfType<InvocationExpressionSyntax>())
        {
            if (!PlainLooks.Is(around, model, cancellation))
            {
                return false;
            }
        }

        return statement is not LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer.Value: { } value }] }
            || !model.GetConversion(value, cancellation).IsUserDefined;
    }

    private static (string? Awaiting, bool IsSame)? AwaitingOf(InvocationExpressionSyntax call, string name)
    {
        if (!name.EndsWith("Async", StringComparison.Ordinal))
        {
            return (null, true);
        }

        ExpressionSyntax awaited = call;
        var behind = string.Empty;
        if (
            call.Parent
                is MemberAccessExpressionSyntax
                {
                    Name.Identifier.ValueText: "ConfigureAwait",
                    Parent: InvocationExpressionSyntax configured
                }
            && configured.ArgumentList.Arguments is [{ Expression: LiteralExpressionSyntax literal }]
        )
        {
            awaited = configured;
            behind = $".ConfigureAwait({literal})";
        }

        return (behind, awaited.Parent is AwaitExpressionSyntax);
    }
}
