using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Baselines;

/// <summary>
/// One baseline file beside what occurs in the projects that it is for: mostly one, several where they name the same file or lie in one
/// folder; each of a project's target frameworks counts.
/// </summary>
internal sealed class BaselineState
{
    private BaselineState(string path, ImmutableArray<AnalyzedProject> projects, SourceText? text)
    {
        Path = path;
        Projects = projects;
        Text = text;
        var findings = projects.SelectMany(static p => p.Findings).ToList();
        var occurring = findings.Where(BaselineEntries.Occurs).Select(BaselineEntries.EntryOf).OfType<BaselineEntry>().ToHashSet();
        var lines = text is null ? [] : BaselineFile.Lines(text).Select(l => (Line: LineOf(text, l.Span), Text: l.Line, l.Entry)).ToList();
        var accepted = lines.Select(static l => l.Entry).OfType<BaselineEntry>().ToHashSet();

        Accepted = BaselineEntries.Once(
            findings.Where(f => BaselineEntries.Counts(f) && BaselineEntries.EntryOf(f) is { } entry && accepted.Contains(entry))
        );
        // What no file of a project accepts is new in its first one.
        New = BaselineEntries.Once(
            projects
                .Where(p => p.Baselines[0] == path)
                .SelectMany(static p => p.Findings)
                .Where(static f => f.State == FindingState.Open && BaselineEntries.Counts(f))
        );
        NotUnderstood = [.. lines.Where(static l => l.Entry is null).Select(static l => new BaselineLine(l.Line, l.Text, null))];
        var unlisted = NewEntries.ToList();
        Stale =
        [
            .. lines
                .Where(l => l.Entry is { } entry && !occurring.Contains(entry))
                .Select(l => new BaselineLine(l.Line, l.Entry!.Value.Line, LikelyEntry.Of(l.Entry.Value, unlisted)?.Line)),
        ];
    }

    /// <summary>The file, whether or not it is there.</summary>
    public string Path { get; }

    /// <summary>By file and target framework.</summary>
    public ImmutableArray<AnalyzedProject> Projects { get; }

    /// <summary>What the file says; null where there is none.</summary>
    public SourceText? Text { get; }

    /// <summary>Findings that a line accepts, each place once.</summary>
    public ImmutableArray<Finding> Accepted { get; }

    /// <summary>Findings that no line accepts, each place once.</summary>
    public ImmutableArray<Finding> New { get; }

    /// <summary>Lines whose finding does not occur.</summary>
    public ImmutableArray<BaselineLine> Stale { get; }

    /// <summary>Lines that are no entry.</summary>
    public ImmutableArray<BaselineLine> NotUnderstood { get; }

    /// <summary>What would accept <see cref="New"/>, in the order of the file.</summary>
    public IEnumerable<BaselineEntry> NewEntries => New.Select(BaselineEntries.EntryOf).OfType<BaselineEntry>().Distinct().Order();

    /// <summary>The number of lines that accept something.</summary>
    public int AcceptedEntries => Accepted.Select(BaselineEntries.EntryOf).Distinct().Count();

    /// <summary>Whether all was seen: what does not compile hides findings, and their lines are not stale for that.</summary>
    public bool IsComplete => Projects.All(static p => p.Errors.IsEmpty);

    /// <summary>The files of a solution's projects, by path; without those that are not there and would be empty.</summary>
    public static async Task<ImmutableArray<BaselineState>> OfAsync(AnalyzedSolution solution, CancellationToken cancellation)
    {
        var states = ImmutableArray.CreateBuilder<BaselineState>();
        var files = solution
            .Projects.SelectMany(static project => project.Baselines, static (project, path) => (Path: path, Project: project))
            .GroupBy(static file => file.Path, static file => file.Project, StringComparer.Ordinal);
        foreach (var file in files.OrderBy(static f => f.Key, StringComparer.Ordinal))
        {
            var text = File.Exists(file.Key) ? await ReadAsync(file.Key, cancellation) : null;
            var state = new BaselineState(file.Key, [.. file], text);
            if (text is not null || !state.New.IsEmpty)
            {
                states.Add(state);
            }
        }

        return states.ToImmutable();
    }

    private static async Task<SourceText> ReadAsync(string path, CancellationToken cancellation)
    {
        using var stream = new MemoryStream(await File.ReadAllBytesAsync(path, cancellation));
        return SourceText.From(stream);
    }

    private static int LineOf(SourceText text, TextSpan span) => text.Lines.GetLineFromPosition(span.Start).LineNumber + 1;
}

/// <summary>A line of a baseline that has to go or to be mended.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Text">What it says.</param>
/// <param name="Meant">A finding that no line accepts and that this one probably meant: the member may have been renamed.</param>
internal sealed record BaselineLine(int Line, string Text, string? Meant);
