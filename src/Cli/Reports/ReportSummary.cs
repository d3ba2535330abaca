using System.Globalization;
using MonotonicReads.Cli.Reports.Model;
using Spectre.Console;

namespace MonotonicReads.Cli.Reports;

/// <summary>The report in a screen of a terminal.</summary>
internal static class ReportSummary
{
    private const int MostHotSpots = 5;

    public static void Write(Report report, IAnsiConsole console)
    {
        console.WriteLine(
            report.Units.IsEmpty
                ? $"{report.Solution}: no reads meet in {Words.Count(report.Projects.Length, "project")}."
                : $"{report.Solution}: reads meet in {Words.Count(report.Units.Length, "unit")} of "
                    + $"{Words.Count(report.Projects.Length, "project")}."
        );
        if (!report.Units.IsEmpty)
        {
            console.Write(States(report));
            Hot(report, console);
        }

        if (report.Estimate.All > 0)
        {
            console.WriteLine(
                $"Of {Words.Count(report.Estimate.All, "place")} that read, {report.Estimate.LeaveNow} can leave the primary as the code "
                    + $"stands, {report.Estimate.LeaveOnceSettled} once what comes to them is settled, {report.Estimate.Stay} stay."
            );
        }

        if (report.Runtime is { } runtime)
        {
            Runtime(report, runtime, console);
        }

        foreach (var gap in report.Gaps)
        {
            console.WriteLine("Not looked at: " + gap);
        }
    }

    private static void Runtime(Report report, RuntimeJoin runtime, IAnsiConsole console)
    {
        var silent = runtime.OnlyStatic.ToList();
        console.WriteLine(
            $"At run time ({string.Join(", ", runtime.Sources)}{(runtime.Sample is { } sample ? ", " + sample : "")}): "
                + $"{runtime.Confirmed} confirmed, {silent.Count} only static, {runtime.Unforeseen.Length} only at run time."
        );
        foreach (var finding in runtime.Findings.Where(static f => f.Seen is not null))
        {
            console.WriteLine($"  confirmed         {Shown(report, finding)}: {Words.Of(finding.Seen!)}{Behind(finding.Because)}");
        }

        foreach (var finding in silent)
        {
            console.WriteLine($"  only static       {Shown(report, finding)}{Behind(finding.Because)}");
        }

        foreach (var series in runtime.Unforeseen)
        {
            console.WriteLine($"  only at run time  {Words.Of(series)}; {Words.Of(series.Seen)}");
        }
    }

    private static string Shown(Report report, RuntimeFinding finding) =>
        $"{finding.Rule} {Words.Bare(report.Units[finding.Unit].Name)} {report.Units[finding.Unit].Place}";

    private static string Behind(string? because) => because is null ? "" : $" ({because})";

    private static Table States(Report report)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumn("state")
            .AddColumn(new TableColumn("units").RightAligned())
            .AddColumn("meaning");
        foreach (var state in Enum.GetValues<ReportState>())
        {
            if (report.Units.Count(u => u.State == state) is > 0 and var number)
            {
                table.AddRow(
                    new Text(Words.Of(state), new Style(ColorOf(state))),
                    new Text(number.ToString(CultureInfo.InvariantCulture)),
                    new Text(Words.Meaning(state))
                );
            }
        }

        return table;
    }

    private static void Hot(Report report, IAnsiConsole console)
    {
        var called = HotSpots.MostCalled(report, MostHotSpots);
        if (called.IsEmpty)
        {
            return;
        }

        console.WriteLine("Not settled, by callers:");
        foreach (var unit in called)
        {
            console.WriteLine(FormattableString.Invariant($"{unit.Callers.Length, 5}  {Words.Bare(unit.Name)}  {unit.Place}"));
        }
    }

    private static Color ColorOf(ReportState state) =>
        state switch
        {
            ReportState.Open => Color.Red,
            ReportState.Baselined => Color.Olive,
            ReportState.Suppressed => Color.Grey,
            ReportState.Accepted => Color.Silver,
            ReportState.Pinned or ReportState.Snapshot => Color.Green,
            ReportState.Causal => Color.Blue,
            _ => Color.Purple,
        };
}
