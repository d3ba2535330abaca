using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Explaining;

/// <summary>Finds what a user means by a rule and a place.</summary>
/// <param name="Exact">What stands at the place: at the line itself, or with one of its reads or writes there.</param>
/// <param name="Nearest">Where nothing does: what stands in the file, the nearest first.</param>
internal sealed record FindingSearch(
    IReadOnlyList<(ReportUnit Unit, ReportFinding Finding)> Exact,
    IReadOnlyList<(ReportUnit Unit, ReportFinding Finding)> Nearest
)
{
    private const int MostNearest = 8;

    public static FindingSearch In(Report report, string rule, SourcePlace place, string workingDirectory)
    {
        var inFile = report
            .Units.SelectMany(static u => u.Findings.Select(f => (Unit: u, Finding: f)))
            .Where(f => place.Means(f.Finding.Place.File, Path.Combine(report.Root, f.Finding.Place.File), workingDirectory))
            .ToList();
        var ofRule = inFile.Where(f => f.Finding.Rule == rule).ToList();
        var exact = ofRule.Where(f => f.Finding.Place.Line == place.Line).ToList();
        if (exact.Count == 0)
        {
            exact = ofRule
                .Where(f => SitesOf(report, f.Unit, f.Finding).Any(s => s.Place.Line <= place.Line && place.Line <= s.Place.EndLine))
                .ToList();
        }

        return new(
            exact,
            [
                .. inFile
                    .OrderBy(f => f.Finding.Rule == rule ? 0 : 1)
                    .ThenBy(f => Math.Abs(f.Finding.Place.Line - (place.Line ?? 0)))
                    .ThenBy(static f => f.Finding.Place.Line)
                    .Take(MostNearest),
            ]
        );
    }

    private static IEnumerable<ReportSite> SitesOf(Report report, ReportUnit unit, ReportFinding finding) =>
        finding.Meetings.SelectMany(static m => new[] { m.Earlier, m.Later }).Select(s => report.Methods[unit.Method].Sites[s]);
}
