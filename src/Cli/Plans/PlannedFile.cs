using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Plans;

/// <summary>
/// One plans file under what all its projects and target frameworks prove. A change is one that no later run takes back: what one of them
/// needs, none of the others removes or lowers.
/// </summary>
internal sealed class PlannedFile
{
    private readonly string _path;
    private readonly ImmutableArray<ProjectPlans> _projects;
    private readonly ILookup<string, int> _lines;

    public PlannedFile(string path, ImmutableArray<ProjectPlans> projects, SourceText? text)
    {
        _path = path;
        _projects = projects;
        _lines = (text is null ? [] : PlansFile.Lines(text).Select(static l => l.Entry).OfType<PlanEntry>()).ToLookup(
            static entry => entry.Member,
            static entry => entry.Reads,
            StringComparer.Ordinal
        );
    }

    /// <summary>What has to change, in the order of the members, each of them once.</summary>
    /// <param name="isComplete">Whether all that reads the file was seen, so that what is gone there is gone.</param>
    public ImmutableArray<PlanChange> Changes(bool isComplete) =>
        [
            .. Numbers()
                .Concat(isComplete ? InVain() : [])
                .GroupBy(static c => c.Member, StringComparer.Ordinal)
                .Select(static of => of.FirstOrDefault(static c => c.Before != c.After) ?? of.First())
                .OrderBy(static c => c.Member, StringComparer.Ordinal),
        ];

    private IEnumerable<PlanChange> Numbers() =>
        _projects
            .SelectMany(project => project.Found.Where(f => (f.File ?? project.Home) == _path))
            .GroupBy(static f => f.Member, StringComparer.Ordinal)
            .Select(of => ChangeOf(of.Key, [.. of]))
            .OfType<PlanChange>();

    private PlanChange? ChangeOf(string member, List<PlanFinding> found)
    {
        int? before = _lines.Contains(member) ? _lines[member].First() : null;
        var others = _projects.Count(p => !p.Found.Any(f => f.Member == member) && p.Reads(member));
        var number = Number(before, found.ConvertAll(static f => f.Reads), others > 0);
        int? after = number > 1 ? number : null;
        return before == after ? null : ChangeTo(member, after, found[0].Place, found[0].Why);
    }

    /// <summary>
    /// If one framework repeats, there is no number. Those that say nothing agree with the line; without one they prove none, and a line
    /// that came would have to go again.
    /// </summary>
    private static int Number(int? before, List<int> proved, bool othersAgree) =>
        proved.Contains(0) ? 0
        : !othersAgree ? proved.Max()
        : before is { } written ? Math.Max(written, proved.Max())
        : 0;

    private PlanChange ChangeTo(string member, int? after, FileLinePositionSpan place, string why)
    {
        var there = _lines[member].ToList();
        return new(
            member,
            there.Count == 0 ? null : there[0],
            after,
            place,
            why,
            after is null ? there.Count : Math.Max(there.Count - 1, 0)
        );
    }

    // What is compiled for several frameworks stays while one of them has it.
    private IEnumerable<PlanChange> InVain()
    {
        var vain = _projects
            .SelectMany(static project => project.InVain.Select(line => (Project: project, Line: line)))
            .Where(of => Path.GetFullPath(of.Line.Location.GetLineSpan().Path) == _path)
            .GroupBy(static of => of.Line.Location.SourceSpan)
            .Where(of => of.Select(static f => f.Project).Distinct().Count() == _projects.Length)
            .Select(static of => of.First().Line)
            .ToList();
        foreach (var of in vain.GroupBy(static line => line.Properties[SeriesPlan.MemberInVainProperty]!, StringComparer.Ordinal))
        {
            // The one that counts may stand in another file.
            var staysFirst =
                of.All(static line => line.Properties.ContainsKey(SeriesPlan.AgainProperty)) && of.Count() < _lines[of.Key].Count();
            var line = of.First();
            yield return ChangeTo(of.Key, staysFirst ? _lines[of.Key].First() : null, line.Location.GetLineSpan(), line.GetMessage(null));
        }
    }
}
