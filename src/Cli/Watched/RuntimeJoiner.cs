using System.Collections.Immutable;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Watched;

/// <summary>
/// Joins what ran with what the rules say. A finding is confirmed by a series of its kind in which two places that have the finding's unit
/// on their stacks meet: a statement of the one makes a later one of the other at fault.
/// </summary>
internal sealed class RuntimeJoiner(Report report, RuntimeLog log)
{
    private const string Apart =
        "its reads ran, and never two of them apart in one unit of work: on one open connection, on one path each, or in different units";

    private readonly SeenBodies _bodies = new(report);

    public static Report Join(Report report, RuntimeLog log) => report with { Runtime = new RuntimeJoiner(report, log).Join() };

    private RuntimeJoin Join()
    {
        var foreseen = new HashSet<RuntimeSeries>(ReferenceEqualityComparer.Instance);
        var findings = ImmutableArray.CreateBuilder<RuntimeFinding>();
        for (var i = 0; i < report.Units.Length; i++)
        {
            var unit = report.Units[i];
            foreach (var finding in unit.Findings)
            {
                var met = log.Series.Select(series => MetIn(series, unit, finding)).OfType<Met>().ToList();
                foreseen.UnionWith(met.Select(static m => m.Series));
                findings.Add(FindingOf(i, finding, met));
            }
        }

        return new RuntimeJoin(
            log.Sources,
            log.Sample,
            log.LeftOut,
            findings.ToImmutable(),
            [
                .. log
                    .Series.Where(series => !foreseen.Contains(series))
                    .OrderByDescending(static series => series.Seen.Units)
                    .ThenBy(static series => string.Join('\n', series.Sites.Select(static site => site.Key)), StringComparer.Ordinal),
            ]
        );
    }

    private RuntimeFinding FindingOf(int unit, ReportFinding finding, List<Met> met)
    {
        var isUnsettled = finding.State <= ReportState.Suppressed;
        var certain = met.FindAll(static m => m.Candidates == 1);
        return new RuntimeFinding(
            unit,
            finding.Rule,
            isUnsettled,
            certain.Count == 0
                ? null
                : new RuntimeCount(certain.Sum(static m => m.Series.Seen.Units), certain.Sum(static m => m.Series.Seen.Spread)),
            certain.Count > 0 ? (isUnsettled || finding.State == ReportState.Accepted ? null : PassedBy(certain))
                : !isUnsettled ? null
                : met.Count > 0 ? OneOf(report.Units[unit], met.Min(static m => m.Candidates), "formed a series")
                : WhyNot(report.Units[unit])
        );
    }

    /// <summary>The places of a series that make the finding come true; null where none do.</summary>
    private Met? MetIn(RuntimeSeries series, ReportUnit unit, ReportFinding finding)
    {
        if (series.IsAfterWrite != (finding.Rule == "MR1003"))
        {
            return null;
        }

        Met? found = null;
        foreach (var later in series.Sites)
        {
            var on = _bodies.Candidates(later, unit.Method);
            foreach (var earlier in on == 0 ? [] : later.After.Select(index => series.Sites[index]))
            {
                var candidates = Math.Max(on, _bodies.Candidates(earlier, unit.Method));
                if (_bodies.Candidates(earlier, unit.Method) > 0 && candidates <= (found?.Candidates ?? int.MaxValue))
                {
                    found = new Met(
                        series,
                        candidates,
                        (found is { } known && known.Candidates == candidates && known.IsOutside)
                            || later.Way == "replica"
                            || (!series.IsAfterWrite && earlier.Way == "replica")
                    );
                }
            }
        }

        return found;
    }

    private static string PassedBy(List<Met> certain) =>
        certain.Exists(static m => m.IsOutside)
            ? "declared, and yet it ran outside a session: its wrapper, or the session, was passed by"
            : "declared, and yet something of it ran outside its session, which knows nothing of that";

    private string WhyNot(ReportUnit unit)
    {
        var sent = log
            .Sent.Select(site => (site.Way, Candidates: _bodies.Candidates(site, unit.Method)))
            .Where(s => s.Candidates > 0)
            .ToList();
        var ways = sent.Where(static s => s.Candidates == 1).Select(static s => s.Way).ToHashSet(StringComparer.Ordinal);
        if (ways.Count == 0)
        {
            return sent.Count > 0
                ? OneOf(unit, sent.Min(static s => s.Candidates), "ran")
                : "its reads were not seen "
                    + (log.Sample is { } sample ? "in " + sample : "to run")
                    + (log.IsCut ? "; the detector did not keep all that it saw" : "");
        }

        return !ways.Contains("replica")
            ? ways.Contains("session")
                ? "its reads ran in a session"
                : ways.Contains("accepted")
                    ? "its reads ran in a method with [Eventual]"
                    : ways.Contains("primary")
                        ? "its reads ran on the primary"
                        : "its writes ran, its reads were not seen to"
            : Apart + (log.Sample is { } share ? "; in " + share : "");
    }

    private string OneOf(ReportUnit unit, int candidates, string did)
    {
        var (member, _) = SeenBodies.MemberOf(unit.Member ?? report.Methods[unit.Method].Key);
        return $"one of {candidates} in {Words.Short(member)} {did}: which of them the program's symbols (.pdb) do not tell";
    }

    /// <param name="Series">The series.</param>
    /// <param name="Candidates">Among how many bodies it is not known which was there; 1 for certain.</param>
    /// <param name="IsOutside">Whether a read of the unit ran on a replica outside a session.</param>
    private sealed record Met(RuntimeSeries Series, int Candidates, bool IsOutside);
}
