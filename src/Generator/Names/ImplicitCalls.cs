using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Names;

/// <summary>The members that are called without being named, and the nodes that call them.</summary>
internal static class ImplicitCalls
{
    /// <summary>What stands for the name of an operator.</summary>
    public const string Operator = "operator";

    /// <summary>What stands for the name of a conversion.</summary>
    public const string Conversion = "operator as";

    /// <summary>What stands for the name of an indexer.</summary>
    public const string Indexer = "this[]";

    private static readonly Dictionary<ulong, ImplicitCall> Kinds = new[]
    {
        (Operator, ImplicitCall.Operator),
        (Conversion, ImplicitCall.Conversion),
        (Indexer, ImplicitCall.Indexing),
        ("GetEnumerator", ImplicitCall.Enumeration),
        ("GetAsyncEnumerator", ImplicitCall.Enumeration),
        ("MoveNext", ImplicitCall.Enumeration),
        ("MoveNextAsync", ImplicitCall.Enumeration),
        ("Dispose", ImplicitCall.Disposal),
        ("DisposeAsync", ImplicitCall.Disposal),
        ("GetAwaiter", ImplicitCall.Awaiting),
        ("Deconstruct", ImplicitCall.Deconstruction),
    }.ToDictionary(static pair => NameCode.Of(pair.Item1), static pair => pair.Item2);

    /// <summary>The codes of the members' names.</summary>
    public static IEnumerable<ulong> Names => Kinds.Keys;

    /// <summary>How a member of this name is called without it.</summary>
    public static ImplicitCall Of(ulong member) => Kinds.TryGetValue(member, out var kind) ? kind : ImplicitCall.None;

    /// <summary>What a node may call without naming it.</summary>
    public static ImplicitCall Of(SyntaxNode node) =>
        node switch
        {
            BinaryExpressionSyntax or PostfixUnaryExpressionSyntax or PrefixUnaryExpressionSyntax => ImplicitCall.Operator
                | ImplicitCall.Conversion,
            AssignmentExpressionSyntax { Left: TupleExpressionSyntax or DeclarationExpressionSyntax } => ImplicitCall.Deconstruction,
            AssignmentExpressionSyntax assignment => assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
                ? ImplicitCall.Conversion
                : ImplicitCall.Operator | ImplicitCall.Conversion,
            CastExpressionSyntax or EqualsValueClauseSyntax or ArgumentSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax =>
                ImplicitCall.Conversion,
            ForEachVariableStatementSyntax => ImplicitCall.Enumeration | ImplicitCall.Deconstruction,
            ForEachStatementSyntax => ImplicitCall.Enumeration,
            UsingStatementSyntax => ImplicitCall.Disposal,
            LocalDeclarationStatementSyntax declaration when declaration.UsingKeyword.IsKind(SyntaxKind.UsingKeyword) =>
                ImplicitCall.Disposal,
            AwaitExpressionSyntax => ImplicitCall.Awaiting,
            PositionalPatternClauseSyntax => ImplicitCall.Deconstruction,
            ElementAccessExpressionSyntax or ElementBindingExpressionSyntax or ImplicitElementAccessSyntax => ImplicitCall.Indexing,
            _ => ImplicitCall.None,
        };
}
