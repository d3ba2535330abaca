using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Baselines;

/// <summary>
/// One baseline file beside what occurs in the projects that it is for: mostly one, several where they name the same file or lie in one
/// folder; each of a project's target frameworks counts.
/// </summary>
internal sealed class BaselineState
{
    private BaselineState(string path, ImmutableArray<AnalyzedProject> projects, SourceText? text, string? unseen)
    {
        Path = path;
        Projects = projects;
        Text = text;
        Unseen = unseen;
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
        ImmutableArray<BaselineLine> absent =
        [
            .. lines
                .Where(l => l.Entry is { } entry && !occurring.Contains(entry))
                .Select(l => new BaselineLine(l.Line, l.Entry!.Value.Line, LikelyEntry.Of(l.Entry.Value, unlisted)?.Line)),
        ];
        (Stale, NotJudged) = unseen is null ? (absent, 0) : ([], absent.Length);
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

    /// <summary>Lines whose finding does not occur; empty where something was not seen.</summary>
    public ImmutableArray<BaselineLine> Stale { get; }

    /// <summary>The number of lines that would be stale, had all been seen.</summary>
    public int NotJudged { get; }

    /// <summary>Lines that are no entry.</summary>
    public ImmutableArray<BaselineLine> NotUnderstood { get; }

    /// <summary>What would accept <see cref="New"/>, in the order of the file.</summary>
    public IEnumerable<BaselineEntry> NewEntries => New.Select(BaselineEntries.EntryOf).OfType<BaselineEntry>().Distinct().Order();

    /// <summary>The number of lines that accept something.</summary>
    public int AcceptedEntries => Accepted.Select(BaselineEntries.EntryOf).Distinct().Count();

    /// <summary>What of the file's projects was not seen, in words; null where all was.</summary>
    public string? Unseen { get; }

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
            ImmutableArray<AnalyzedProject> projects = [.. file];
            var state = new BaselineState(file.Key, projects, text, UnseenPart.Of(file.Key, projects, solution));
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
        try
        {
            return SourceText.From(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException)
        {
            throw CliException.WrongUsage($"{path} is not UTF-8: save it as such first, so that no comment of it is lost.");
        }
    }

    private static int LineOf(SourceText text, TextSpan span) => text.Lines.GetLineFromPosition(span.Start).LineNumber + 1;
}

/// <summary>A line of a baseline that has to go or to be mended.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Text">What it says.</param>
/// <param name="Meant">A finding that no line accepts and that this one probably meant: the member may have been renamed.</param>
internal sealed record BaselineLine(int Line, string Text, string? Meant);
