using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Baselines;

/// <summary>What a run did, for programs. Names are only ever added; paths are relative to the working directory, with slashes.</summary>
internal static class BaselineJson
{
    public static void Write(
        ImmutableArray<BaselineChange> changes,
        BaselineMode mode,
        AnalyzedSolution solution,
        int exitCode,
        Terminal terminal
    )
    {
        var left = FolderCounts.Of(changes.Select(static c => c.Left), terminal.WorkingDirectory);
        JsonResult.Write(
            terminal,
            new
            {
                Solution = JsonResult.PathOf(solution.Path, terminal),
                Mode = mode,
                ExitCode = exitCode,
                Baselines = changes.Select(change => FileOf(change, terminal)),
                Left = new
                {
                    left.Total,
                    ByRule = left.Rules.ToDictionary(static rule => rule, left.Of),
                    ByFolder = left.Folders.Select(static f => new
                    {
                        f.Folder,
                        f.Total,
                        f.ByRule,
                    }),
                },
                LeftOut = solution.Skipped.Select(s => new { Path = JsonResult.PathOf(s.Path, terminal), s.Why }),
            }
        );
    }

    private static object FileOf(BaselineChange change, Terminal terminal) =>
        new
        {
            Path = JsonResult.PathOf(change.State.Path, terminal),
            Projects = change.State.Projects.Select(p => JsonResult.PathOf(p.FilePath, terminal)).Distinct(),
            IsComplete = change.State.Unseen is null,
            change.State.NotJudged,
            change.State.Unseen,
            Lines = change.Left.Select(BaselineEntries.EntryOf).Distinct().Count(),
            change.Added,
            change.Removed,
            Stale = change.Stale.Select(static l => new
            {
                l.Line,
                Entry = l.Text,
                l.Meant,
            }),
            NotUnderstood = change.State.NotUnderstood.Select(static l => new { l.Line, l.Text }),
            New = change.Open.Select(f => new
            {
                f.Rule,
                f.Member,
                Severity = f.Diagnostic.Severity.ToString().ToLowerInvariant(),
                File = JsonResult.PathOf(f.Place.Path, terminal),
                Line = f.Place.StartLinePosition.Line + 1,
                Column = f.Place.StartLinePosition.Character + 1,
                Message = f.Diagnostic.GetMessage(null),
            }),
        };
}
