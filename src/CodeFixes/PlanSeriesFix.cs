using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
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
    public override FixAllProvider GetFixAllProvider() =>
        FixAllProvider.Create(
            static async (context, document, diagnostics) =>
            {
                var root = (await SourceFile.OfAsync(document, context.CancellationToken).ConfigureAwait(false))?.Root;
                return await ApplyAsync(
                        document,
                        diagnostics.Select(d => ChangeFor(d, root)).OfType<TextChange>(),
                        context.CancellationToken
                    )
                    .ConfigureAwait(false);
            }
        );

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = (await SourceFile.OfAsync(context.Document, context.CancellationToken).ConfigureAwait(false))?.Root;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (ChangeFor(diagnostic, root) is not { } change)
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create(
                    ReadsOf(diagnostic) > 1 ? $"Plan the series: Reads = {ReadsOf(diagnostic)}" : "Remove the plan",
                    cancellation => ApplyAsync(context.Document, [change], cancellation),
                    nameof(PlanSeriesFix)
                ),
                diagnostic
            );
        }
    }

    private static async Task<Document> ApplyAsync(Document document, IEnumerable<TextChange> changes, CancellationToken cancellation)
    {
        var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
        return document.WithText(text.WithChanges(changes.Distinct().OrderBy(static c => c.Span.Start)));
    }

    private static int? ReadsOf(Diagnostic diagnostic) =>
        diagnostic.Properties.TryGetValue(SeriesPlan.ReadsProperty, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var reads)
            ? reads
            : null;

    /// <summary>
    /// The change of the annotation's text; null where a comment would be lost, where a branch of an <c>#if</c> has other arguments, or
    /// nothing is to be written.
    /// </summary>
    private static TextChange? ChangeFor(Diagnostic diagnostic, SyntaxNode? root)
    {
        if (
            ReadsOf(diagnostic) is not { } reads
            || root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method
            || AttributeOf(method) is not { } attribute
            || HasHiddenArguments(attribute)
        )
        {
            return null;
        }

        var arguments = attribute.ArgumentList?.Arguments ?? default;
        var old = arguments.FirstOrDefault(static a => a.NameEquals?.Name.Identifier.ValueText == Argument);
        var number = reads.ToString(CultureInfo.InvariantCulture);
        return (reads, old) switch
        {
            (<= 1, null) => null,
            (<= 1, _) => Removal(root, attribute.ArgumentList!, old),
            (_, not null) => IsBlank(root, old.Expression.Span) ? new TextChange(old.Expression.Span, number) : null,
            _ when attribute.ArgumentList is null => Insertion(attribute.Name.Span.End, $"({Argument} = {number})"),
            _ when arguments.Count == 0 => Insertion(attribute.ArgumentList.OpenParenToken.Span.End, $"{Argument} = {number}"),
            _ => Insertion(arguments.Last().Span.End, $", {Argument} = {number}"),
        };
    }

    private static TextChange Insertion(int place, string text) => new(new TextSpan(place, 0), text);

    private static TextChange? Removal(SyntaxNode root, AttributeArgumentListSyntax list, AttributeArgumentSyntax old)
    {
        var index = list.Arguments.IndexOf(old);
        var span =
            list.Arguments.Count == 1 ? list.Span
            : index == 0 ? TextSpan.FromBounds(old.SpanStart, list.Arguments[1].SpanStart)
            : TextSpan.FromBounds(list.Arguments.GetSeparator(index - 1).SpanStart, old.Span.End);
        return IsBlank(root, span) ? new TextChange(span, string.Empty) : null;
    }

    /// <summary>Whether nothing but white space stands between the tokens.</summary>
    private static bool IsBlank(SyntaxNode root, TextSpan span) =>
        root.DescendantTrivia(span)
            .Where(t => span.Contains(t.Span))
            .All(static t => t.IsKind(SyntaxKind.WhitespaceTrivia) || t.IsKind(SyntaxKind.EndOfLineTrivia));

    /// <summary>Whether a branch that is compiled or one that is not has arguments of its own.</summary>
    private static bool HasHiddenArguments(AttributeSyntax attribute)
    {
        var around = TextSpan.FromBounds(attribute.SpanStart, attribute.GetLastToken().GetNextToken().SpanStart);
        return attribute
            .Parent!.DescendantTrivia(around, descendIntoTrivia: false)
            .Any(t => t.IsKind(SyntaxKind.DisabledTextTrivia) && around.Contains(t.Span) && HoldsCode(t));
    }

    private static bool HoldsCode(SyntaxTrivia hidden) =>
        SyntaxFactory.ParseTokens(hidden.ToString()).Any(static t => !t.IsKind(SyntaxKind.EndOfFileToken));

    private static AttributeSyntax? AttributeOf(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(static l => l.Attributes).FirstOrDefault(AnnotationSyntax.MayPlan);
}
