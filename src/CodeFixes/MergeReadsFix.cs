using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Merging;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>Makes one <c>QueryMultiple</c> of reads that follow each other; each result is then read where its query stood.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MergeReadsFix)), Shared]
public sealed class MergeReadsFix : RemedyFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(MR1010ReadsInOneRoundTrip.Id);

    /// <inheritdoc/>
    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        var root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (
            root is not CompilationUnitSyntax unit
            || model is null
            || document is SourceGeneratedDocument
            || root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<BlockSyntax>() is not { } block
            || MergeableReads
                .In(block, model, cancellation)
                .FirstOrDefault(series => series[0].Name.Identifier.Span == diagnostic.Location.SourceSpan)
                is not { IsDefault: false } found
            || found.Any(HoldsComment)
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var layout = new Layout(unit, await document.GetTextAsync(cancellation).ConfigureAwait(false));
        if (!layout.IsFirstOnLine(found[0].Statement.SpanStart))
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var edit = new FileEdit(document.Id, Changes(found, ReaderName(found[0], model, cancellation), layout));
        return await CompilesAsync(document, model, edit, cancellation).ConfigureAwait(false)
            ? ImmutableArray.Create(
                new Remedy($"Fetch {found.Length} results in one round trip (QueryMultiple)", nameof(MergeReadsFix), edit)
            )
            : ImmutableArray<Remedy>.Empty;
    }

    private static ImmutableArray<TextChange> Changes(ImmutableArray<DapperRead> reads, string reader, Layout layout)
    {
        var start = reads[0].Statement.SpanStart;
        var (indentation, lineEnd) = (layout.IndentationAt(start), layout.LineEndAt(start));
        var changes = ImmutableArray.CreateBuilder<TextChange>();
        changes.Add(new TextChange(new TextSpan(start, 0), Query(reads, reader, indentation, lineEnd) + lineEnd + indentation));
        foreach (var read in reads)
        {
            changes.Add(new TextChange(read.Call.Span, $"{reader}.{read.Counterpart}()"));
        }

        return changes.ToImmutable();
    }

    /// <summary>The statement that sends all texts, a line for each, and what all of them need.</summary>
    private static string Query(ImmutableArray<DapperRead> reads, string reader, string indentation, string lineEnd)
    {
        var first = reads[0];
        var deeper = lineEnd + indentation + "    ";
        var texts = reads.Select(
            (read, i) => Written(read.Sql) + (i < reads.Length - 1 ? $" + \"{MergedText.Separator(read.Text)}\"" : "")
        );
        var arguments = new List<string> { string.Join(deeper + "    + ", texts) };
        var parameters = first.Parameters.Whole ?? Anonymous(reads);
        if (parameters is not null)
        {
            arguments.Add(parameters);
        }

        if (first.Shared.Transaction.Length > 0)
        {
            arguments.Add("transaction: " + first.Shared.Transaction);
        }

        if (first.Shared.Timeout.Length > 0)
        {
            arguments.Add("commandTimeout: " + first.Shared.Timeout);
        }

        var connection = ((MemberAccessExpressionSyntax)first.Call.Expression).Expression.WithoutTrivia().ToString();
        var query = $"{connection}.QueryMultiple{(first.Awaiting is null ? "" : "Async")}(";
        var call = query + deeper + string.Join("," + deeper, arguments) + lineEnd + indentation + ")";
        return $"using var {reader} = {(first.Awaiting is { } awaiting ? $"await {call}{awaiting}" : call)};";
    }

    private static string? Anonymous(ImmutableArray<DapperRead> reads)
    {
        var parameters = reads
            .SelectMany(static read => read.Parameters.Named)
            .GroupBy(static p => p.Name, StringComparer.Ordinal)
            .Select(static p => p.First().Written)
            .ToList();
        return parameters.Count == 0 ? null : $"new {{ {string.Join(", ", parameters)} }}";
    }

    /// <summary>Behind it stands a plus.</summary>
    private static string Written(ExpressionSyntax sql) =>
        sql.WithoutTrivia()
            is LiteralExpressionSyntax
                or NameSyntax
                or MemberAccessExpressionSyntax
                or InterpolatedStringExpressionSyntax
                or ParenthesizedExpressionSyntax
            ? sql.ToString()
            : $"({sql})";

    /// <summary>Whether a comment stands in what is replaced, or a line end in a text whose indentation counts.</summary>
    private static bool HoldsComment(DapperRead read) =>
        read
            .Call.DescendantTrivia(read.Call.Span)
            .Where(t => read.Call.Span.Contains(t.Span))
            .Any(static t => !t.IsKind(SyntaxKind.WhitespaceTrivia) && !t.IsKind(SyntaxKind.EndOfLineTrivia));

    /// <summary>A name that nothing around has: another one for each series of a member, so that all can be merged at once.</summary>
    private static string ReaderName(DapperRead first, SemanticModel model, CancellationToken cancellation)
    {
        var around = (SyntaxNode?)first.Statement.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? first.Statement;
        var written = new HashSet<string>(
            around.DescendantTokens().Where(static t => t.IsKind(SyntaxKind.IdentifierToken)).Select(static t => t.ValueText),
            StringComparer.Ordinal
        );
        var place = around
            .DescendantNodes()
            .OfType<BlockSyntax>()
            .SelectMany(block => MergeableReads.In(block, model, cancellation))
            .Count(series => series[0].Statement.SpanStart < first.Statement.SpanStart);
        return Enumerable
            .Range(1, int.MaxValue)
            .Select(static number => number == 1 ? "reads" : "reads" + number.ToString(CultureInfo.InvariantCulture))
            .Where(name => !written.Contains(name) && model.LookupSymbols(first.Statement.SpanStart, name: name).IsEmpty)
            .ElementAt(place);
    }

    /// <summary>Whether the file has no error that it has not now.</summary>
    private static async Task<bool> CompilesAsync(Document document, SemanticModel before, FileEdit edit, CancellationToken cancellation)
    {
        var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
        var changed = document.WithText(FileEdit.Apply(text, edit.Changes, edit.Import));
        var after = await changed.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        return after is not null && Errors(after, cancellation) <= Errors(before, cancellation);
    }

    private static int Errors(SemanticModel model, CancellationToken cancellation) =>
        model.GetDiagnostics(cancellationToken: cancellation).Count(static d => d.Severity == DiagnosticSeverity.Error);
}
