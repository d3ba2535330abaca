using System.Collections.Immutable;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports;

/// <summary>Where to begin: what is called most, and what most findings share.</summary>
internal static class HotSpots
{
    /// <summary>The units that nothing settles yet, by the number of members that call them; what nobody calls is left out.</summary>
    public static ImmutableArray<ReportUnit> MostCalled(Report report, int most) =>
        [
            .. report
                .Units.Where(static u => u.State <= ReportState.Suppressed && !u.Callers.IsEmpty)
                .OrderByDescending(static u => u.Callers.Length)
                .ThenBy(static u => u.Name, StringComparer.Ordinal)
                .ThenBy(static u => u.Id, StringComparer.Ordinal)
                .Take(most),
        ];

    /// <summary>The bodies whose own reads most unsettled units come to; those of one unit alone are left out.</summary>
    public static ImmutableArray<SharedRead> MostShared(Report report, int most)
    {
        var reach = new ReadReach(report.Methods);
        return
        [
            .. report
                .Units.Where(static u => u.State <= ReportState.Suppressed)
                .SelectMany(u => MeetingBodies(u, report, reach).Distinct())
                .GroupBy(static m => m)
                .Where(static g => g.Count() > 1)
                .OrderByDescending(static g => g.Count())
                .ThenBy(g => report.Methods[g.Key].Name, StringComparer.Ordinal)
                .ThenBy(static g => g.Key)
                .Take(most)
                .Select(static g => new SharedRead(g.Key, g.Count())),
        ];
    }

    private static IEnumerable<int> MeetingBodies(ReportUnit unit, Report report, ReadReach reach) =>
        unit
            .Findings.SelectMany(static f => f.Meetings)
            .SelectMany(static m => new[] { m.Earlier, m.Later })
            .Distinct()
            .SelectMany(site => reach.StatementsAt(unit.Method, site))
            .Where(s => s.Method != unit.Method && report.Methods[s.Method].Sites[s.Site].Reads)
            .Select(static s => s.Method);
}

/// <param name="Method">The body, by index.</param>
/// <param name="Units">How many units come to its reads.</param>
internal readonly record struct SharedRead(int Method, int Units);
