using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Writes the number of reads that the analyzer has proved into <c>[Monotonic]</c> or <c>[Causal]</c>, or takes a plan away that cannot be
/// kept.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PlanSeriesFix)), Shared]
public sealed class PlanSeriesFix : CodeFixProvider
{
    private const string Argument = "Reads";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(MR1006WrongPlan.Id, MR1007SeriesCouldBePlanned.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (
                !diagnostic.Properties.TryGetValue(SeriesPlan.ReadsProperty, out var text)
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var reads)
                || root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method
                || AttributeOf(method) is not { } attribute
            )
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create(
                    reads > 1 ? $"Plan the series: Reads = {text}" : "Remove the plan",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(attribute, Planned(attribute, reads)))),
                    nameof(PlanSeriesFix)
                ),
                diagnostic
            );
        }
    }

    private static AttributeSyntax? AttributeOf(MethodDeclarationSyntax method) =>
        method
            .AttributeLists.SelectMany(static l => l.Attributes)
            .FirstOrDefault(static a => AnnotationSyntax.IsNamed(a, "Monotonic") || AnnotationSyntax.IsNamed(a, "Causal"));

    private static AttributeSyntax Planned(AttributeSyntax attribute, int reads)
    {
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        var old = arguments.FirstOrDefault(static a => a.NameEquals?.Name.Identifier.ValueText == Argument);
        if (reads <= 1)
        {
            arguments = old is null ? arguments : arguments.Remove(old);
            return attribute.WithArgumentList(arguments.Count == 0 ? null : attribute.ArgumentList!.WithArguments(arguments));
        }

        var value = SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(reads));
        if (old is not null)
        {
            return attribute.ReplaceNode(old, old.WithExpression(value.WithTriviaFrom(old.Expression)));
        }

        var argument = SyntaxFactory
            .AttributeArgument(SyntaxFactory.NameEquals(SyntaxFactory.IdentifierName(Argument)), nameColon: null, value)
            .NormalizeWhitespace();
        var comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        var nodesAndTokens =
            arguments.Count == 0 ? SyntaxFactory.NodeOrTokenList(argument) : arguments.GetWithSeparators().Add(comma).Add(argument);
        var list = SyntaxFactory.SeparatedList<AttributeArgumentSyntax>(nodesAndTokens);
        return attribute.WithArgumentList((attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList()).WithArguments(list));
    }
}
