using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Rules;

/// <summary>The test on syntax that spares the binding of bodies in which no two reads, and no write and read, can meet.</summary>
internal static class ReadCandidates
{
    public static bool MayMeet(SyntaxNode block, ReachingNames reaching)
    {
        if (!reaching.MayMatter(block.SyntaxTree))
        {
            return false;
        }

        var found = 0;
        var member = NameIndex.MemberOf(block);
        if (!reaching.IsMentionedIn(block.SyntaxTree, member))
        {
            return false;
        }

        var mayReach = reaching.In(block.SyntaxTree, member);
        var implicitly = reaching.ImplicitIn(block.SyntaxTree);
        var walksQueries = reaching.NamesQuery(member);
        foreach (var node in block.DescendantNodes(static n => n is not (AttributeListSyntax or ParameterListSyntax)))
        {
            var name = SyntaxNames.Mentioned(node);
            if (walksQueries && IsSplit(name, reaching))
            {
                return true;
            }

            var called = implicitly == ImplicitCall.None ? ImplicitCall.None : ImplicitCalls.Of(node) & implicitly;
            var counts =
                called != ImplicitCall.None || (node is CommonForEachStatementSyntax ? walksQueries : name is not null && mayReach(name));

            // What a foreach runs of a class of the project it runs for each element.
            if (counts && ((called & ImplicitCall.Enumeration) != 0 || ++found > 1 || MayRepeat(node, block)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for what gives each collection that a query includes a statement of its own.</summary>
    private static bool IsSplit(string? name, ReachingNames reaching) =>
        name is "AsSplitQuery" || (name is "Include" or "ThenInclude" && reaching.SplitsQueries);

    /// <summary>In a loop, in a body that runs apart, or named without being called, so that the delegate may be.</summary>
    private static bool MayRepeat(SyntaxNode node, SyntaxNode block)
    {
        for (var parent = node.Parent; parent is not null && parent != block; parent = parent.Parent)
        {
            if (
                parent
                is ForStatementSyntax
                    or CommonForEachStatementSyntax
                    or WhileStatementSyntax
                    or DoStatementSyntax
                    or LabeledStatementSyntax
                    or QueryBodySyntax
                    or AnonymousFunctionExpressionSyntax
                    or LocalFunctionStatementSyntax
                    or ArgumentSyntax { Expression: SimpleNameSyntax or MemberAccessExpressionSyntax }
                    or EqualsValueClauseSyntax { Value: SimpleNameSyntax or MemberAccessExpressionSyntax }
                    or AssignmentExpressionSyntax { Right: SimpleNameSyntax or MemberAccessExpressionSyntax }
            )
            {
                return true;
            }
        }

        return false;
    }
}
