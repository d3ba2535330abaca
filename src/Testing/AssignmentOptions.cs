using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>What is run over assignments, how many of them, and where the drawing goes.</summary>
public sealed class AssignmentOptions
{
    /// <summary>How many assignments are run at most. Where there are more, those come first in which each two draws see every pair of
    /// moments, then each single change from one moment to another, as far as the bound goes. Default: 1,024, which is all of ten draws
    /// between two moments. At least 1.</summary>
    public int MaxAssignments { get; set; } = 1024;

    /// <summary>A file that gets the drawing of the assignment that breaks the check, its directory with it; <see langword="null"/> for
    /// none.</summary>
    public string? SvgFile { get; set; }

    /// <summary>
    /// Puts back what the unit of work writes, on an open connection to the primary: before anything is held, and after each run. With it
    /// the unit of work may write; <see langword="null"/>, the default, for one that only reads.
    /// </summary>
    /// <remarks>It must leave what the test's own write changed. Where nothing needs to be put back, as with a log that nobody reads,
    /// <c>_ =&gt; Task.CompletedTask</c> says so.</remarks>
    public Func<DbConnection, Task>? Reset { get; set; }

    /// <summary>Whether runs are added in which a late replica that a session reads on catches up between two of its openings. Default:
    /// <see langword="false"/>.</summary>
    /// <remarks>A monotonic session allows that, as time goes forwards; a snapshot does not. So a check that all reads see one moment
    /// breaks under <c>[Monotonic]</c> then, and passes under <c>[Monotonic(Snapshot = true)]</c>. A connection that stays open goes on
    /// showing what it showed.</remarks>
    public bool ReplicasAdvance { get; set; }
}
