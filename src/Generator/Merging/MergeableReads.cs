using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Merging;

/// <summary>Reads in statements that follow each other, which one round trip could make: the same rows come, in the same order.</summary>
internal static class MergeableReads
{
    /// <summary>Whether two statements of a block that follow each other look like such reads.</summary>
    public static bool MayBeIn(BlockSyntax block)
    {
        var before = false;
        foreach (var statement in block.Statements)
        {
            var now = CallIn(statement) is not null;
            if (before && now)
            {
                return true;
            }

            before = now;
        }

        return false;
    }

    /// <summary>The series of a block, each of two or more reads.</summary>
    public static IEnumerable<ImmutableArray<DapperRead>> In(BlockSyntax block, SemanticModel model, CancellationToken cancellation)
    {
        if (!MayBeIn(block) || !TakesDeclaration(block) || IsCompiledAhead(block, model, cancellation))
        {
            yield break;
        }

        var series = ImmutableArray.CreateBuilder<DapperRead>();
        foreach (var statement in block.Statements)
        {
            var read = CallIn(statement) is { } call ? DapperRead.In(statement, call, model, cancellation) : null;
            if (read is null || !Follows(read, series, model))
            {
                if (series.Count > 1)
                {
                    yield return series.ToImmutable();
                }

                series.Clear();
            }

            if (read is not null)
            {
                series.Add(read);
            }
        }

        if (series.Count > 1)
        {
            yield return series.ToImmutable();
        }
    }

    /// <summary>The call that a statement consists of, with what only looks at its rows; null where there may be more in it.</summary>
    private static InvocationExpressionSyntax? CallIn(StatementSyntax statement)
    {
        var value = statement switch
        {
            LocalDeclarationStatementSyntax
            {
                UsingKeyword.RawKind: 0,
                Declaration: { Type: not RefTypeSyntax, Variables: [{ Initializer.Value: { } initializer }] },
            } => initializer,
            ReturnStatementSyntax { Expression: { } returned } => returned,
            _ => null,
        };
        while (value is not null)
        {
            switch (value)
            {
                case ParenthesizedExpressionSyntax inner:
                    value = inner.Expression;
                    break;
                case AwaitExpressionSyntax awaited:
                    value = awaited.Expression;
                    break;
                case InvocationExpressionSyntax call when DapperRead.MayBe(call):
                    return call;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax looked } call
                    when PlainLooks.MayBe(looked.Name.Identifier.ValueText, call.ArgumentList):
                    value = looked.Expression;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    /// <summary>Whether a read can be sent with those before it: it knows nothing of their results, and no name means two things.</summary>
    private static bool Follows(DapperRead read, ImmutableArray<DapperRead>.Builder series, SemanticModel model)
    {
        if (series.Count == 0)
        {
            return true;
        }

        var span = (series[0].Statement.SpanStart, read.Statement.Span.End);
        return series.All(earlier => earlier.IsLike(read) && HaveRoom(earlier, read) && HaveRoom(read, earlier) && AgreeOn(earlier, read))
            && !series.Any(earlier =>
                earlier.Local is { } local
                && read.Call.DescendantNodes()
                    .OfType<IdentifierNameSyntax>()
                    .Any(name =>
                        name.Identifier.ValueText == local.Name
                        && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol, local)
                    )
            )
            && HasPlainTrivia(read, span.SpanStart);
    }

    /// <summary>Whether the values for one are none that the other's text would take up, nor the names that a list of it brings.</summary>
    private static bool HaveRoom(DapperRead one, DapperRead other) =>
        one.Parameters.Named.All(p => other.Parameters.Named.Any(o => o.Name == p.Name) || !MergedText.Names(other.Text, p.Name))
        && one.Parameters.Lists.All(list =>
            !MergedText.NamesItem(one.Text, list)
            && !MergedText.NamesItem(other.Text, list)
            && !one.Parameters.Names.Concat(other.Parameters.Names).Any(name => MergedText.IsItem(name, list))
        );

    private static bool AgreeOn(DapperRead one, DapperRead other) =>
        one.Parameters.Whole is not null || other.Parameters.Whole is not null
            ? one.Parameters.Whole == other.Parameters.Whole
            : one.Parameters.Named.All(p =>
                other.Parameters.Named.All(o =>
                    !string.Equals(o.Name, p.Name, StringComparison.OrdinalIgnoreCase) || (o.Name == p.Name && o.Value == p.Value)
                )
            );

    /// <summary>No branch of an <c>#if</c> between them, and no comment within a call that would be lost.</summary>
    private static bool HasPlainTrivia(DapperRead read, int from)
    {
        var block = (BlockSyntax)read.Statement.Parent!;
        return !block
            .DescendantTrivia(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(from, read.Statement.Span.End))
            .Any(static t => t.IsDirective);
    }

    /// <summary>Dapper.AOT makes code for the single reads alone: a project that asks for it would lose that.</summary>
    private static bool IsCompiledAhead(BlockSyntax block, SemanticModel model, CancellationToken cancellation)
    {
        for (var symbol = model.GetEnclosingSymbol(block.SpanStart, cancellation); symbol is not null; symbol = Around(symbol))
        {
            var said = symbol
                .GetAttributes()
                .FirstOrDefault(static a => a.AttributeClass is { Name: "DapperAotAttribute", ContainingNamespace.Name: "Dapper" });
            if (said is not null)
            {
                return said.ConstructorArguments is not [{ Value: false }];
            }
        }

        return false;

        static ISymbol? Around(ISymbol symbol) =>
            symbol is IAssemblySymbol ? null
            : symbol is IModuleSymbol ? symbol.ContainingAssembly
            : symbol.ContainingType ?? (ISymbol?)symbol.ContainingModule;
    }

    /// <summary>Whether <c>using var</c> can stand in the block: nothing jumps over it, no iterator keeps it open.</summary>
    private static bool TakesDeclaration(BlockSyntax block) =>
        block.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: >= LanguageVersion.CSharp8 }
        && !block.Statements.Any(static s => s is LabeledStatementSyntax)
        && !(block.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? (SyntaxNode)block)
            .DescendantNodes()
            .Any(static n => n is YieldStatementSyntax);
}
