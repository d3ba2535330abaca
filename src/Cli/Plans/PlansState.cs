using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Cli.Baselines;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Cli.Plans;

/// <summary>
/// One plans file beside what is proved in the projects that it is for: mostly one, several where they name the same file or lie in one
/// folder; each of a project's target frameworks counts.
/// </summary>
/// <param name="Path">The file, whether or not it is there.</param>
/// <param name="Projects">By file and target framework.</param>
/// <param name="Text">What the file says; null where there is none.</param>
/// <param name="Changes">What has to change, in the order of the members.</param>
/// <param name="NotUnderstood">Lines that are no plan, by number from 1.</param>
/// <param name="Unseen">What of the file's projects was not seen, in words; null where all was.</param>
internal sealed record PlansState(
    string Path,
    ImmutableArray<AnalyzedProject> Projects,
    SourceText? Text,
    ImmutableArray<PlanChange> Changes,
    ImmutableArray<(int Line, string Text)> NotUnderstood,
    string? Unseen
)
{
    /// <summary>How many lines plan a member.</summary>
    public int Planned => Text is null ? 0 : PlansFile.Lines(Text).Count(static l => l.Entry is not null);

    /// <summary>The files of a solution's projects, by path; without those that are not there and would be empty.</summary>
    public static async Task<ImmutableArray<PlansState>> OfAsync(AnalyzedSolution solution, CancellationToken cancellation)
    {
        var states = ImmutableArray.CreateBuilder<PlansState>();
        var read = solution.Projects.Select(p => new ProjectPlans(p, cancellation)).ToList();
        foreach (
            var file in read.SelectMany(static p => p.Files.Select(path => (Path: path, Project: p)))
                .GroupBy(static f => f.Path, static f => f.Project, StringComparer.Ordinal)
                .OrderBy(static f => f.Key, StringComparer.Ordinal)
        )
        {
            var text = File.Exists(file.Key) ? await ReadAsync(file.Key, cancellation) : null;
            ImmutableArray<AnalyzedProject> projects = [.. file.Select(static p => p.Project)];
            var unseen = UnseenPart.Of(file.Key, projects, solution);
            var changes = new PlannedFile(file.Key, [.. file], text).Changes(unseen is null);
            if (text is not null || !changes.IsEmpty)
            {
                states.Add(new PlansState(file.Key, projects, text, changes, NotUnderstoodIn(text), unseen));
            }
        }

        return states.ToImmutable();
    }

    private static ImmutableArray<(int Line, string Text)> NotUnderstoodIn(SourceText? text) =>
        text is null
            ? []
            :
            [
                .. PlansFile
                    .Lines(text)
                    .Where(static l => l.Entry is null)
                    .Select(l => (text.Lines.GetLineFromPosition(l.Span.Start).LineNumber + 1, l.Line)),
            ];

    private static async Task<SourceText> ReadAsync(string path, CancellationToken cancellation)
    {
        using var stream = new MemoryStream(await File.ReadAllBytesAsync(path, cancellation));
        try
        {
            return SourceText.From(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException)
        {
            throw CliException.WrongUsage($"{path} is not UTF-8: save it as such first, so that no comment of it is lost.");
        }
    }
}
