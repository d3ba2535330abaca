using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Cli.Baselines;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Plans;

/// <summary>
/// One plans file beside what is proved in the projects that it is for: mostly one, several where they name the same file or lie in one
/// folder; each of a project's target frameworks counts.
/// </summary>
/// <param name="Path">The file, whether or not it is there.</param>
/// <param name="Projects">By file and target framework.</param>
/// <param name="Text">What the file says; null where there is none.</param>
/// <param name="Changes">What has to change, in the order of the members.</param>
/// <param name="NotUnderstood">Lines that are no plan, by number from 1.</param>
/// <param name="Unseen">What of the file's projects was not seen, in words; null where all was.</param>
internal sealed record PlansState(
    string Path,
    ImmutableArray<AnalyzedProject> Projects,
    SourceText? Text,
    ImmutableArray<PlanChange> Changes,
    ImmutableArray<(int Line, string Text)> NotUnderstood,
    string? Unseen
)
{
    /// <summary>How many members have a line.</summary>
    public int Planned => Text is null ? 0 : Entries(Text).Count;

    /// <summary>The files of a solution's projects, by path; without those that are not there and would be empty.</summary>
    public static async Task<ImmutableArray<PlansState>> OfAsync(AnalyzedSolution solution, CancellationToken cancellation)
    {
        var states = ImmutableArray.CreateBuilder<PlansState>();
        foreach (var file in solution.Projects.GroupBy(FileOf, StringComparer.Ordinal).OrderBy(static f => f.Key, StringComparer.Ordinal))
        {
            var text = File.Exists(file.Key) ? await ReadAsync(file.Key, cancellation) : null;
            ImmutableArray<AnalyzedProject> projects = [.. file];
            var unseen = UnseenPart.Of(file.Key, projects, solution);
            var changes = ChangesOf(file.Key, projects, text, unseen is null);
            if (text is not null || !changes.IsEmpty)
            {
                states.Add(new PlansState(file.Key, projects, text, changes, NotUnderstoodIn(text), unseen));
            }
        }

        return states.ToImmutable();
    }

    private static string FileOf(AnalyzedProject project) =>
        project.Options.AdditionalFiles.FirstOrDefault(PlansFile.IsOne) is { } named
            ? System.IO.Path.GetFullPath(named.Path)
            : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(project.FilePath)!, PlansFile.Name);

    private static ImmutableArray<PlanChange> ChangesOf(
        string path,
        ImmutableArray<AnalyzedProject> projects,
        SourceText? text,
        bool isComplete
    )
    {
        var present = text is null ? [] : Entries(text);
        var findings = projects.SelectMany(static p => p.Findings).Where(static f => f.State != FindingState.Suppressed).ToList();
        var members = findings
            .Where(static f => f.Diagnostic.Properties.GetValueOrDefault(SeriesPlan.MemberProperty) is not null)
            .GroupBy(static f => f.Diagnostic.Properties[SeriesPlan.MemberProperty]!, StringComparer.Ordinal)
            .Select(of => ChangeOf(of.Key, [.. of], present))
            .OfType<PlanChange>();
        var inVain = isComplete ? InVain(path, projects, present) : [];
        return [.. members.Concat(inVain).OrderBy(static c => c.Member, StringComparer.Ordinal)];
    }

    // One framework may read more often than another; if one of them repeats, there is no number.
    private static PlanChange? ChangeOf(string member, List<Finding> findings, Dictionary<string, int> present)
    {
        var numbers = findings.ConvertAll(static f =>
            int.Parse(f.Diagnostic.Properties[SeriesPlan.ReadsProperty]!, CultureInfo.InvariantCulture)
        );
        var most = numbers.Min() > 1 ? numbers.Max() : 0;
        int? before = present.TryGetValue(member, out var written) ? written : null;
        int? after = most > 1 ? most : null;
        return before == after ? null : new(member, before, after, findings[0].Place, findings[0].Diagnostic.GetMessage(null));
    }

    // What is compiled for several frameworks stays while one of them has it.
    private static IEnumerable<PlanChange> InVain(string path, ImmutableArray<AnalyzedProject> projects, Dictionary<string, int> present)
    {
        var byLine = projects
            .SelectMany(project =>
                project
                    .Findings.Where(f =>
                        f.Rule == MR1006WrongPlan.Id
                        && f.Diagnostic.Location.Kind == LocationKind.ExternalFile
                        && System.IO.Path.GetFullPath(f.Place.Path) == path
                    )
                    .Select(f => (project.Project.Id, Finding: f))
            )
            .GroupBy(static f => f.Finding.Place.StartLinePosition.Line)
            .Where(of => of.Select(static f => f.Id).Distinct().Count() == projects.Length)
            .Select(static of => of.First().Finding);
        foreach (var finding in byLine)
        {
            var member = finding.Diagnostic.Properties[SeriesPlan.MemberInVainProperty]!;
            var isSecond = finding.Diagnostic.Properties.ContainsKey(SeriesPlan.AgainProperty);
            yield return new(
                member,
                present[member],
                isSecond ? present[member] : null,
                finding.Place,
                finding.Diagnostic.GetMessage(null)
            );
        }
    }

    private static Dictionary<string, int> Entries(SourceText text)
    {
        var entries = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in PlansFile.Lines(text).Select(static l => l.Entry).OfType<PlanEntry>())
        {
            entries.TryAdd(entry.Member, entry.Reads);
        }

        return entries;
    }

    private static ImmutableArray<(int Line, string Text)> NotUnderstoodIn(SourceText? text) =>
        text is null
            ? []
            :
            [
                .. PlansFile
                    .Lines(text)
                    .Where(static l => l.Entry is null)
                    .Select(l => (text.Lines.GetLineFromPosition(l.Span.Start).LineNumber + 1, l.Line)),
            ];

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
}
