using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Cli.Loading;

/// <summary>One project for one target framework, and what the rules say of it.</summary>
/// <param name="Project">As the SDK loads it, its references to other projects as such.</param>
/// <param name="Compilation">As a build compiles it: other projects are metadata, without bodies. Generated sources are in it.</param>
/// <param name="Options">Those of <c>.editorconfig</c>, and the AdditionalFiles without the baseline.</param>
/// <param name="Baseline">Where its baseline is or would be: the AdditionalFile that it names, else beside the project file.</param>
/// <param name="Findings">By file and line; those that severity <c>none</c> or <c>NoWarn</c> turns off are not there.</param>
/// <param name="Errors">Why it does not compile; what stands in such code is not found.</param>
internal sealed record AnalyzedProject(
    Project Project,
    Compilation Compilation,
    AnalyzerOptions Options,
    string Baseline,
    ImmutableArray<Finding> Findings,
    ImmutableArray<Diagnostic> Errors
)
{
    public string FilePath => Project.FilePath!;

    /// <summary>Without the target framework.</summary>
    public string Name => Path.GetFileNameWithoutExtension(FilePath);
}
