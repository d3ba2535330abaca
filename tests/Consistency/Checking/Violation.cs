using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Checking;

/// <summary>What was broken.</summary>
internal enum Promise
{
    Monotonic,
    OwnWrites,
    Prefix,
    PrimaryIsFresh,
    Global,
    Bounded,
    OneMoment,
    WrittenOnce,
    Deadline,
    Exceptions,
    Connections,
    Memory,
}

/// <summary>A promise that was not kept.</summary>
/// <param name="Promise">Which.</param>
/// <param name="Message">How, in a sentence.</param>
/// <param name="Entries">The shortest part of the history that shows it, in order.</param>
internal sealed record Violation(Promise Promise, string Message, IReadOnlyList<Entry> Entries);
