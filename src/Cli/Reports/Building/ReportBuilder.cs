using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Cli.Reports.Building;

/// <summary>Makes one report of what is known of several projects. A project that is built for several frameworks counts once.</summary>
internal sealed class ReportBuilder
{
    private readonly string _root;
    private readonly List<(int Project, SurveyedProject Source, SurveyedMethod Method)> _methods = [];
    private readonly Dictionary<(int Project, string Key), int> _indices = [];
    private readonly List<(int Project, SurveyedUnit Unit)> _units = [];
    private readonly ImmutableArray<ReportProject> _projects;
    private readonly CallerIndex _callers;

    public ReportBuilder(IReadOnlyList<SurveyedProject> projects, string root, CancellationToken cancellation)
    {
        _root = root;
        var files = projects.Select(static p => p.FilePath).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        _projects = [.. files.Select(f => new ReportProject(Path.GetFileNameWithoutExtension(f), Relative(f)))];
        foreach (var project in projects)
        {
            var number = files.IndexOf(project.FilePath);
            foreach (var method in project.Survey.Methods.Where(m => !_indices.ContainsKey((number, m.Key))).ToList())
            {
                _indices[(number, method.Key)] = _methods.Count;
                _methods.Add((number, project, method));
            }
        }

        foreach (
            var same in projects
                .SelectMany(p => p.Survey.Units.Select(u => (Project: files.IndexOf(p.FilePath), Unit: u)))
                .GroupBy(static u => (u.Project, u.Unit.Key))
        )
        {
            _units.Add((same.Key.Project, Merged([.. same.Select(static s => s.Unit)])));
        }

        _callers = new CallerIndex(projects, cancellation);
    }

    public Report Build(string solution, string? created, ImmutableArray<string> gaps)
    {
        // What becomes of a read depends on the units, and what is counted for the units on that.
        var bare = _methods.Select(m => MethodOf(m.Project, m.Method, static (_, _) => null)).ToList();
        var reach = new ReadReach(bare);
        var units = _units.Select(u => UnitOf(u.Project, u.Unit)).ToList();
        var fates = new ReadFates(units, reach);
        ImmutableArray<ReportMethod> methods =
        [
            .. _methods.Select((m, i) => MethodOf(m.Project, m.Method, (site, n) => fates.Of(i, n, site, m.Method.Declared))),
        ];
        return new Report(
            solution,
            _root,
            created,
            _projects,
            [
                .. units
                    .Select(u => u with { Reads = ReadsOf(u, methods, reach) })
                    .OrderBy(static u => u.State)
                    .ThenBy(static u => u.Place.File, StringComparer.Ordinal)
                    .ThenBy(static u => u.Place.Line)
                    .ThenBy(static u => u.Place.Column)
                    .ThenBy(static u => u.Id, StringComparer.Ordinal),
            ],
            methods,
            new ReadEstimate([
                .. Enum.GetValues<ReadFate>()
                    .Select(fate => new FateCount(fate, methods.SelectMany(static m => m.Sites).Count(s => s.Read == fate))),
            ]),
            gaps
        );
    }

    /// <summary>The same unit for several frameworks: what any of them reports is there.</summary>
    private static SurveyedUnit Merged(IReadOnlyList<SurveyedUnit> same) =>
        same[0] with
        {
            Findings =
            [
                .. same.SelectMany(static u => u.Findings)
                    .GroupBy(static f => f.Rule, StringComparer.Ordinal)
                    .OrderBy(static g => g.Key, StringComparer.Ordinal)
                    .Select(static g => g.MinBy(static f => f.State)!),
            ],
        };

    private static UnitReads ReadsOf(ReportUnit unit, ImmutableArray<ReportMethod> methods, ReadReach reach)
    {
        var fates = unit
            .Findings.SelectMany(static f => f.Meetings)
            .SelectMany(static m => new[] { m.Earlier, m.Later })
            .Distinct()
            .SelectMany(site => reach.StatementsAt(unit.Method, site))
            .Distinct()
            .Select(s => methods[s.Method].Sites[s.Site].Read)
            .OfType<ReadFate>()
            .ToList();
        var stay = fates.Count(ReadEstimate.Stays);
        return new UnitReads(fates.Count - stay, stay);
    }

    private ReportMethod MethodOf(int project, SurveyedMethod method, Func<SurveyedSite, int, ReadFate?> fate) =>
        new(
            method.Key,
            method.Name,
            project,
            PlaceOf(method.Place),
            [
                .. method.Sites.Select(
                    (s, i) =>
                        new ReportSite(
                            s.Name,
                            s.Library,
                            s.Statement,
                            s.Place.Text,
                            PlaceOf(s.Place),
                            s.Reads && s.Calls.Count == 0 ? fate(s, i) : null,
                            s.Reads,
                            s.Writes,
                            ThroughOf(s.Through),
                            [.. s.Calls.Select(c => _indices[(project, c)])]
                        )
                ),
            ]
        )
        {
            Extent = method.Extent is { } extent ? PlaceOf(extent) : null,
        };

    private ReportUnit UnitOf(int project, SurveyedUnit unit)
    {
        var index = _indices[(project, unit.Key)];
        var sites = _methods[index].Method.Sites.Count;
        ImmutableArray<ReportFinding> findings =
        [
            .. unit.Findings.Select(f => new ReportFinding(
                f.Rule,
                StateOf(f.State),
                f.Message,
                PlaceOf(f.Place),
                f.Because is { } b ? new ReportDeclaration(b.By, b.On, b.Reason, b.Place is { } p ? PlaceOf(p) : null) : null,
                // For another framework the same body may have other places.
                [.. f.Meetings.Where(m => m.Earlier < sites && m.Later < sites).Select(static m => new ReportMeeting(m.Earlier, m.Later))]
            )),
        ];
        return new ReportUnit(
            IdOf(_projects[project].Path + " " + unit.Key),
            unit.Member,
            _methods[index].Method.Name,
            project,
            index,
            findings.Min(static f => f.State),
            findings,
            [.. _callers.Of(unit).Select(c => new ReportCaller(c.Name, PlaceOf(c.Place)))],
            default
        );
    }

    private static ReportState StateOf(UnitState state) =>
        state switch
        {
            UnitState.Baselined => ReportState.Baselined,
            UnitState.Suppressed => ReportState.Suppressed,
            UnitState.Accepted => ReportState.Accepted,
            UnitState.Monotonic => ReportState.Pinned,
            UnitState.Snapshot => ReportState.Snapshot,
            UnitState.Causal => ReportState.Causal,
            UnitState.Primary => ReportState.Primary,
            _ => ReportState.Open,
        };

    private static string? ThroughOf(Detour through) =>
        through switch
        {
            Detour.Cache => "a cache that misses",
            Detour.Context => "a value that is kept once it was read",
            Detour.FileSystem => "a file system",
            Detour.Log => "a log",
            Detour.Event => "an event",
            _ => null,
        };

    private static string IdOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12].ToLowerInvariant();

    private ReportPlace PlaceOf(CodePlace place) => new(Relative(place.Path), place.Line, place.Column, place.EndLine, place.EndColumn);

    private string Relative(string path) => Path.GetRelativePath(_root, path).Replace('\\', '/');
}
