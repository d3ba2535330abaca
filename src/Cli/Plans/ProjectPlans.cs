using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Plans;

/// <summary>What one project for one target framework has to do with plans files.</summary>
internal sealed class ProjectPlans
{
    private readonly PlansInVain _vain;

    public ProjectPlans(AnalyzedProject project, CancellationToken cancellation)
    {
        Project = project;
        _vain = new PlansInVain(new SeriesPlans(project.Compilation, project.Options, cancellation), project.Compilation, cancellation);
        var beside = Path.Combine(Path.GetDirectoryName(project.FilePath)!, PlansFile.Name);
        ImmutableArray<string> named =
        [
            .. project.Options.AdditionalFiles.Where(PlansFile.IsOne).Select(static f => Path.GetFullPath(f.Path)).Distinct(),
        ];
        Files = named.IsEmpty ? [beside] : named;
        Home = Files.Contains(beside) ? beside : Files[0];
        Found =
        [
            .. project
                .Findings.Where(static f =>
                    f.State != FindingState.Suppressed && f.Diagnostic.Properties.GetValueOrDefault(SeriesPlan.MemberProperty) is not null
                )
                .Select(f => new PlanFinding(
                    f.Diagnostic.Properties[SeriesPlan.MemberProperty]!,
                    int.Parse(f.Diagnostic.Properties[SeriesPlan.ReadsProperty]!, CultureInfo.InvariantCulture),
                    f.Diagnostic.AdditionalLocations is [{ Kind: LocationKind.ExternalFile } line]
                        ? Path.GetFullPath(line.GetLineSpan().Path)
                        : null,
                    f.Place,
                    f.Diagnostic.GetMessage(null)
                )),
        ];
        InVain = [.. _vain.All()];
    }

    public AnalyzedProject Project { get; }

    /// <summary>The plans files that it reads; the one that would be beside it where there is none.</summary>
    public ImmutableArray<string> Files { get; }

    /// <summary>The file that new lines go into.</summary>
    public string Home { get; }

    /// <summary>Members whose number is another one than their line says, or that have no line.</summary>
    public ImmutableArray<PlanFinding> Found { get; }

    /// <summary>Lines that this project has no use for.</summary>
    public ImmutableArray<Diagnostic> InVain { get; }

    /// <summary>Whether a wrapper of this project reads a line for the member.</summary>
    public bool Reads(string member) => _vain.IsRead(member);
}

/// <summary>A member whose number is another one than its line says, or that has none.</summary>
/// <param name="Member">Its documentation id.</param>
/// <param name="Reads">The number that is proved; 0 for none.</param>
/// <param name="File">The file with its line; null where it has none.</param>
/// <param name="Place">The method.</param>
/// <param name="Why">What the rule says of it.</param>
internal sealed record PlanFinding(string Member, int Reads, string? File, FileLinePositionSpan Place, string Why);
