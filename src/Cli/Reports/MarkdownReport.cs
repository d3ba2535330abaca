using System.Globalization;
using System.Text;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports;

/// <summary>The report as the comment on a pull request: counts, the folders with most to do, and where to begin.</summary>
internal static class MarkdownReport
{
    private const int MostFolders = 10;
    private const int MostHotSpots = 5;
    private const int MostOpen = 20;

    public static string Render(Report report)
    {
        var text = new StringBuilder();
        var open = report.Units.Where(static u => u.IsOpen).ToList();
        Line(text, $"## Read consistency of {Escaped(report.Solution)}");
        Line(text);
        Line(text, Summary(report, open.Count));
        if (!report.Units.IsEmpty)
        {
            States(text, report);
            Folders(text, report);
            Open(text, open);
            Hot(text, report);
        }

        if (report.Runtime is { } runtime)
        {
            Runtime(text, report, runtime);
        }

        Estimate(text, report.Estimate);
        foreach (var gap in report.Gaps.Take(MostOpen))
        {
            Line(text);
            Line(text, $"> {Escaped(gap)}");
        }

        if (report.Gaps.Length > MostOpen)
        {
            Line(text);
            Line(text, $"> {Number(report.Gaps.Length - MostOpen)} more were not looked at.");
        }

        if (report.Created is { } created)
        {
            Line(text);
            Line(text, $"<sub>{Escaped(created)}</sub>");
        }

        return text.ToString();
    }

    private static string Summary(Report report, int open) =>
        report.Units.IsEmpty ? $"No reads meet in {Words.Count(report.Projects.Length, "project")}."
        : open == 0
            ? $"Nothing is open: in {Words.Count(report.Units.Length, "unit")} reads meet, and each is settled, accepted or in a baseline."
        : $"**{open} of {Words.Count(report.Units.Length, "unit")}** in which reads meet "
            + (open == 1 ? "is" : "are")
            + " open: nothing says what the reads need.";

    private static void States(StringBuilder text, Report report)
    {
        var rules = ReportedRules.All.Select(static r => r.Id).Where(r => report.Units.Any(u => u.Findings.Any(f => f.Rule == r))).ToList();
        Line(text);
        Line(text, $"| state | units | {string.Join(" | ", rules)} |");
        Line(text, $"|---|---:|{string.Concat(rules.Select(static _ => "---:|"))}");
        foreach (var state in Enum.GetValues<ReportState>())
        {
            var findings = report.Units.SelectMany(static u => u.Findings).Where(f => f.State == state).ToList();
            if (findings.Count > 0)
            {
                var counts = rules.Select(r => Number(findings.Count(f => f.Rule == r)));
                Line(text, $"| {Words.Of(state)} | {Number(report.Units.Count(u => u.State == state))} | {string.Join(" | ", counts)} |");
            }
        }
    }

    private static void Folders(StringBuilder text, Report report)
    {
        var folders = report
            .Units.Where(static u => u.State <= ReportState.Suppressed)
            .GroupBy(static u => u.Place.Folder, StringComparer.Ordinal)
            .OrderByDescending(static g => g.Count(static u => u.IsOpen))
            .ThenByDescending(static g => g.Count())
            .ThenBy(static g => g.Key, StringComparer.Ordinal)
            .ToList();
        if (folders.Count == 0)
        {
            return;
        }

        Line(text);
        Line(text, "| folder | open | baselined | suppressed |");
        Line(text, "|---|---:|---:|---:|");
        foreach (var folder in folders.Take(MostFolders))
        {
            Line(
                text,
                $"| {Code(folder.Key)} | {Number(folder.Count(static u => u.IsOpen))} "
                    + $"| {Number(folder.Count(static u => u.State == ReportState.Baselined))} "
                    + $"| {Number(folder.Count(static u => u.State == ReportState.Suppressed))} |"
            );
        }

        if (folders.Count > MostFolders)
        {
            var rest = folders.Skip(MostFolders).ToList();
            Line(
                text,
                $"| {rest.Count} more | {Number(rest.Sum(static f => f.Count(static u => u.IsOpen)))} "
                    + $"| {Number(rest.Sum(static f => f.Count(static u => u.State == ReportState.Baselined)))} "
                    + $"| {Number(rest.Sum(static f => f.Count(static u => u.State == ReportState.Suppressed)))} |"
            );
        }
    }

    private static void Open(StringBuilder text, List<ReportUnit> open)
    {
        if (open.Count == 0)
        {
            return;
        }

        Line(text);
        Line(text, "<details><summary>Open</summary>");
        Line(text);
        foreach (var unit in open.Take(MostOpen))
        {
            var rules = string.Join(", ", unit.Findings.Where(static f => f.State == ReportState.Open).Select(static f => f.Rule));
            Line(text, $"- {rules} {Code(Words.Bare(unit.Name), inCell: false)} in {Code(unit.Place.ToString(), inCell: false)}");
        }

        if (open.Count > MostOpen)
        {
            Line(text, $"- and {open.Count - MostOpen} more");
        }

        Line(text);
        Line(text, "</details>");
    }

    private static void Hot(StringBuilder text, Report report)
    {
        var called = HotSpots.MostCalled(report, MostHotSpots);
        var shared = HotSpots.MostShared(report, MostHotSpots);
        if (!called.IsEmpty)
        {
            Line(text);
            Line(text, "| called most, not settled | callers | state |");
            Line(text, "|---|---:|---|");
            foreach (var unit in called)
            {
                Line(text, $"| {Code(Words.Bare(unit.Name))} | {Number(unit.Callers.Length)} | {Words.Of(unit.State)} |");
            }
        }

        if (!shared.IsEmpty)
        {
            Line(text);
            Line(text, "| read that most unsettled units share | units |");
            Line(text, "|---|---:|");
            foreach (var read in shared)
            {
                Line(text, $"| {Code(Words.Bare(report.Methods[read.Method].Name))} | {Number(read.Units)} |");
            }
        }
    }

    private static void Estimate(StringBuilder text, ReadEstimate estimate)
    {
        if (estimate.All == 0)
        {
            return;
        }

        Line(text);
        Line(
            text,
            $"Of {Words.Count(estimate.All, "place")} that read, **{Percent(estimate.LeaveNow, estimate.All)}** ({estimate.LeaveNow}) can "
                + $"leave the primary as the code stands, {Percent(estimate.LeaveOnceSettled, estimate.All)} ({estimate.LeaveOnceSettled}) "
                + $"once what comes to them is settled, {Percent(estimate.Stay, estimate.All)} ({estimate.Stay}) stay. "
                + "Places in the code, not executions."
        );
    }

    private static void Runtime(StringBuilder text, Report report, RuntimeJoin runtime)
    {
        var silent = runtime.OnlyStatic.ToList();
        Line(text);
        Line(
            text,
            $"At run time {(runtime.Sample is { } sample ? $"({sample}) " : "")}**{runtime.Confirmed}** confirmed, "
                + $"{silent.Count} only static, **{runtime.Unforeseen.Length}** only at run time."
        );
        Line(text);
        Line(text, "| at run time | what | seen |");
        Line(text, "|---|---|---|");
        foreach (var finding in runtime.Findings.Where(static f => f.Seen is not null).Take(MostOpen))
        {
            Line(text, $"| confirmed | {Finding(report, finding)} | {Escaped(Words.Of(finding.Seen!))}{Behind(finding.Because)} |");
        }

        foreach (var finding in silent.Take(MostOpen))
        {
            Line(text, $"| only static | {Finding(report, finding)} | {Escaped(finding.Because!)} |");
        }

        foreach (var series in runtime.Unforeseen.Take(MostOpen))
        {
            Line(text, $"| only at run time | {Escaped(Words.Of(series))} | {Escaped(Words.Of(series.Seen))} |");
        }
    }

    private static string Finding(Report report, RuntimeFinding finding) =>
        $"{finding.Rule} {Code(Words.Bare(report.Units[finding.Unit].Name))}";

    private static string Behind(string? because) => because is null ? "" : "; " + Escaped(because);

    private static string Percent(int part, int whole) => (100.0 * part / whole).ToString("0", CultureInfo.InvariantCulture) + " %";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Names as code: a longer fence than any run of backticks, and in a table no bar that would end a cell.</summary>
    private static string Code(string name, bool inCell = true)
    {
        name = name.ReplaceLineEndings(" ");
        name = inCell ? name.Replace("|", "\\|", StringComparison.Ordinal) : name;
        var longest = 0;
        var run = 0;
        foreach (var character in name)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', longest + 1);
        return longest == 0 ? fence + name + fence : $"{fence} {name} {fence}";
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var character in text.ReplaceLineEndings(" "))
        {
            if (@"\`*_{}[]<>()#|&".Contains(character, StringComparison.Ordinal))
            {
                escaped.Append('\\');
            }

            escaped.Append(character);
        }

        return escaped.ToString();
    }

    private static void Line(StringBuilder text, string line = "") => text.Append(line).Append('\n');
}
