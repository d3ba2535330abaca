namespace MonotonicReads.Testing;

/// <summary>The bound of a run over assignments, and where its drawing goes.</summary>
public sealed class AssignmentOptions
{
    /// <summary>How many assignments are run at most; where there are more, so many that each two draws see every pair of moments. Default:
    /// 1,024, which is all of ten draws between two moments. At least 1.</summary>
    public int MaxAssignments { get; set; } = 1024;

    /// <summary>A file that gets the drawing of the assignment that breaks the check; <see langword="null"/> for none.</summary>
    public string? SvgFile { get; set; }
}
