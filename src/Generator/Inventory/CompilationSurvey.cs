using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Generator.Inventory;

/// <summary>
/// What the read rules know of one compilation, also where they are quiet. It asks the rules themselves, twice where something is declared:
/// with it, which is what a build reports, and as though nothing were.
/// </summary>
/// <param name="Units">The units in which something meets, in the order of files and places.</param>
/// <param name="Methods">Every body that reads or writes, likewise.</param>
/// <param name="Failures">The bodies that could not be analysed.</param>
internal sealed record CompilationSurvey(
    IReadOnlyList<SurveyedUnit> Units,
    IReadOnlyList<SurveyedMethod> Methods,
    IReadOnlyList<SurveyFailure> Failures
)
{
    public static readonly CompilationSurvey Empty = new([], [], []);

    /// <summary>Surveys a compilation.</summary>
    /// <param name="compilation">The compilation, its generated sources in it.</param>
    /// <param name="options">What the analyzers are given with it.</param>
    /// <param name="cancellation">Stops the survey.</param>
    public static CompilationSurvey Of(Compilation compilation, AnalyzerOptions options, CancellationToken cancellation)
    {
        var reads = new CompilationReads(compilation, options);
        if (!reads.MayFind || reads.Summaries is not { } summaries)
        {
            return Empty;
        }

        var bodies = new List<SurveyedBody>();
        var failures = new List<SurveyFailure>();
        foreach (var tree in compilation.SyntaxTrees.OrderBy(static t => t.FilePath, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (IsLookedAt(tree, compilation, summaries, cancellation) && summaries.ModelOf(tree) is { } model)
            {
                SurveyFile(model, reads, summaries, bodies, failures, cancellation);
            }
        }

        return new SurveyResult(compilation, reads.Baseline, bodies, failures).Compose(cancellation);
    }

    /// <summary>The files that the rules look at: the compiler keeps generated ones from them.</summary>
    private static bool IsLookedAt(SyntaxTree tree, Compilation compilation, MethodSummaries summaries, CancellationToken cancellation) =>
        (summaries.Reaching.MayMatter(tree) || NameIndex.Of(tree).MayAnnotate) && !GeneratedFiles.Contains(tree, compilation, cancellation);

    private static void SurveyFile(
        SemanticModel model,
        CompilationReads reads,
        MethodSummaries summaries,
        List<SurveyedBody> bodies,
        List<SurveyFailure> failures,
        CancellationToken cancellation
    )
    {
        foreach (var syntax in FileBodies.In((CompilationUnitSyntax)model.SyntaxTree.GetRoot(cancellation)))
        {
            if (
                !summaries.Reaching.IsMentionedIn(syntax)
                || FileBodies.OwnerOf(syntax, model, cancellation) is not { } owner
                || FileBodies.IsGenerated(owner, model.SyntaxTree)
            )
            {
                continue;
            }

            try
            {
                bodies.AddRange(SurveyedBody.In(new SourceBody(owner, syntax, model), reads, summaries, cancellation));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The compiler tells such a failure as AD0001 and goes on; a survey that did not would be one without the rest.
                failures.Add(new SurveyFailure(CodePlace.Of(syntax.GetLocation())!, exception.GetType().Name + ": " + exception.Message));
            }
        }
    }
}

/// <summary>A body that could not be analysed.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Message">What happened.</param>
internal sealed record SurveyFailure(CodePlace Place, string Message);
