using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using Spectre.Console;

namespace MonotonicReads.Cli.Baselines;

/// <summary>What a run did, for people.</summary>
internal static class BaselineText
{
    /// <summary>Folders that are shown; with more, those with most to mend.</summary>
    private const int MaxFolders = 20;

    public static void Write(ImmutableArray<BaselineChange> changes, BaselineMode mode, AnalyzedSolution solution, Terminal terminal)
    {
        foreach (var skipped in solution.Skipped)
        {
            terminal.Error.WriteLine($"Left out: {terminal.Shown(skipped.Path)} ({skipped.Why})");
        }

        foreach (var change in changes)
        {
            WriteDifferences(change, terminal);
            terminal.Output.WriteLine($"{terminal.Shown(change.State.Path)}: {Told(change)}");
        }

        var left = FolderCounts.Of(changes.Select(static c => c.Left), terminal.WorkingDirectory);
        if (left.Total > 0)
        {
            WriteCounts(left, terminal);
        }

        terminal.Output.WriteLine(Summary(changes, left, mode));
        if (!solution.Missing.IsEmpty || solution.Projects.Any(static p => !p.Errors.IsEmpty))
        {
            terminal.Output.WriteLine("What did not load or compile was not looked at.");
        }
    }

    private static void WriteDifferences(BaselineChange change, Terminal terminal)
    {
        var path = terminal.Shown(change.State.Path);
        foreach (var line in change.State.NotUnderstood)
        {
            terminal.Output.WriteLine($"{path}:{line.Line}: not understood: {line.Text}");
        }

        foreach (var line in change.Stale)
        {
            var meant = line.Meant is null ? "" : $"; did it mean {line.Meant}?";
            terminal.Output.WriteLine($"{path}:{line.Line}: stale, does not occur: {line.Text}{meant}");
        }

        foreach (var finding in change.Open)
        {
            var place = $"{terminal.Shown(finding.Place.Path)}:{finding.Place.StartLinePosition.Line + 1}";
            terminal.Output.WriteLine($"{place}: new: {finding.Rule}: {finding.Diagnostic.GetMessage(null)}");
        }
    }

    private static string Told(BaselineChange change)
    {
        var accepted = change.Left.Select(BaselineEntries.EntryOf).Distinct().Count();
        string[] parts =
        [
            .. change.IsNew && change.Added > 0 ? [$"written with {Lines(change.Added)}"] : Array.Empty<string>(),
            .. change.State.Text is null && change.Added == 0 ? ["not there"] : Array.Empty<string>(),
            .. !change.IsNew && change.Added > 0 ? [$"{Lines(change.Added)} added"] : Array.Empty<string>(),
            .. change.Removed > 0 ? [$"{Lines(change.Removed)} removed"] : Array.Empty<string>(),
            .. change.State.Text is not null ? [$"{Lines(accepted)} left"] : Array.Empty<string>(),
            .. change.Stale.Length > 0 ? [$"{change.Stale.Length} stale"] : Array.Empty<string>(),
            .. change.State.NotUnderstood.Length > 0 ? [$"{change.State.NotUnderstood.Length} not understood"] : Array.Empty<string>(),
            .. change.Open.Length > 0 ? [$"{change.Open.Length} new"] : Array.Empty<string>(),
            .. change.State.NotJudged > 0
                ? [$"{Lines(change.State.NotJudged)} kept unseen, since {change.State.Unseen}"]
                : Array.Empty<string>(),
        ];
        return string.Join(", ", parts);
    }

    private static string Summary(ImmutableArray<BaselineChange> changes, FolderCounts left, BaselineMode mode)
    {
        var stale = changes.Sum(static c => c.Stale.Length);
        var open = changes.Sum(static c => c.Open.Length);
        var unknown = changes.Sum(static c => c.State.NotUnderstood.Length);
        if (stale + open + unknown > 0)
        {
            string[] remedies =
            [
                .. stale > 0 && mode == BaselineMode.Check ? ["--update removes what is stale."] : Array.Empty<string>(),
                .. open > 0 ? ["Mend what is new, or accept it with --update --accept-new."] : Array.Empty<string>(),
                .. unknown > 0 ? ["Mend or remove the lines that are not understood."] : Array.Empty<string>(),
            ];
            return $"{stale} stale, {unknown} not understood, {open} new. {string.Join(" ", remedies)}".TrimEnd();
        }

        if (changes.Sum(static c => c.State.NotJudged) is var unseen and > 0)
        {
            return $"{Lines(unseen)} kept unseen; what was seen is as the baselines say.";
        }

        return left.Total == 0 ? "Nothing is left: no baseline is needed." : $"Fine: the baselines say what occurs, {Lines(left.Total)}.";
    }

    private static void WriteCounts(FolderCounts left, Terminal terminal)
    {
        var shown = left.Folders.OrderByDescending(static f => f.Total).Take(MaxFolders).Select(static f => f.Folder).ToHashSet();
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Left to mend");
        foreach (var rule in left.Rules)
        {
            table.AddColumn(new TableColumn(rule).RightAligned());
        }

        table.AddColumn(new TableColumn("all").RightAligned());
        foreach (var folder in left.Folders.Where(f => shown.Contains(f.Folder)))
        {
            Row(folder.Folder, folder.Of, folder.Total);
        }

        var others = left.Folders.Where(f => !shown.Contains(f.Folder)).ToList();
        if (others.Count > 0)
        {
            Row($"{others.Count} more folders (all with --json)", rule => others.Sum(f => f.Of(rule)), others.Sum(static f => f.Total));
        }

        if (left.Folders.Length > 1)
        {
            Row("all", left.Of, left.Total);
        }

        terminal.Results.Write(table);

        void Row(string folder, Func<string, int> count, int total) =>
            table.AddRow([Markup.Escape(folder), .. left.Rules.Select(rule => Number(count(rule))), Number(total)]);

        static string Number(int count) => count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Lines(int count) => count == 1 ? "1 line" : $"{count} lines";
}
