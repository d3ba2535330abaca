using Microsoft.CodeAnalysis;

namespace MonotonicReads.Cli.Loading;

/// <summary>What a rule says about a place.</summary>
/// <param name="Diagnostic">With the severity that holds for its file.</param>
/// <param name="State">Whether the build would say it.</param>
internal sealed record Finding(Diagnostic Diagnostic, FindingState State)
{
    public string Rule => Diagnostic.Id;

    /// <summary>What a baseline calls the member; null for findings that cannot stand in one.</summary>
    public string? Member => Diagnostic.Properties.GetValueOrDefault(Generator.Rules.ReportedUnit.MemberProperty);

    /// <summary>The file, and the line and column from 0.</summary>
    public FileLinePositionSpan Place => Diagnostic.Location.GetMappedLineSpan();
}

/// <summary>Why a finding is not told by the build, if it is not.</summary>
internal enum FindingState
{
    /// <summary>The build says it, at its severity.</summary>
    Open,

    /// <summary>A line of the baseline accepts it.</summary>
    Baselined,

    /// <summary>A <c>#pragma</c> or a <c>SuppressMessage</c> in the source silences it.</summary>
    Suppressed,
}
