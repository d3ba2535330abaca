namespace MonotonicReads.Routing;

/// <summary>The one place that decides where a statement runs. Pure: it asks nobody and changes nothing.</summary>
internal static class NextStep
{
    public static Step Of(in Statement statement, in LinkFacts link, in PinFacts pin, Readiness ready) =>
        pin.Level is null ? OutsideSession(statement, link)
        : pin.MayReturn && statement.IsPlainRead && !link.IsPrimary ? Step.FindServer
        : link.IsPrimary || MustBeOnPrimary(statement, pin) ? OnPrimary(statement, link, pin, ready)
        : link.IsOutdated ? OutOfDate(pin)
        : OnReplica(link, pin, ready);

    private static Step OutsideSession(in Statement statement, in LinkFacts link) =>
        link.IsPrimary ? Step.Run
        : !statement.IsPlainRead ? Step.MoveToPrimary
        // The session that named the server is over.
        : link.IsThroughProxy && !link.IsAnywhere ? Step.LeaveToProxy
        : Step.Run;

    // The address leads elsewhere by now, and what the connection leads to may be older, or newer, than that.
    private static Step OutOfDate(in PinFacts pin) => pin.IsOtherRun && !pin.HasLoss ? Step.NoteRestart : Step.FindServer;

    private static bool MustBeOnPrimary(in Statement statement, in PinFacts pin) =>
        !statement.IsPlainRead || pin.Level == ReadConsistency.Primary || pin.IsOnPrimary;

    private static Step OnPrimary(in Statement statement, in LinkFacts link, in PinFacts pin, Readiness ready) =>
        !link.IsPrimary ? Step.MoveToPrimary
        : link.IsOutdated ? Step.RefuseOutdated
        : (ready & Readiness.BehindBarrier) == 0 && pin.NeedsBarrier && (statement.ReturnsData || statement.BeginsTransaction)
            ? Step.PassBarrier
        : Step.Run;

    private static Step OnReplica(in LinkFacts link, in PinFacts pin, Readiness ready)
    {
        if (link.IsThroughProxy && pin.MustLeave(link))
        {
            return pin.HasLoss || !pin.IsOtherRun ? Step.FindServer : Step.NoteRestart;
        }

        if (pin.AgreesToHere && FirstOf(pin, ready) is { } first)
        {
            return first;
        }

        if (!link.IsGone && pin.AgreesToHere)
        {
            return Step.ReadHere;
        }

        // The session has lost its replica, or a concurrent read found it out of reach and drew again.
        return link.IsThroughProxy || pin.HasLoss || link.IsGone || pin.IsOurs ? Step.FindServer : Step.Refuse;
    }

    // What the replica has to have, and then to prove.
    private static Step? FirstOf(in PinFacts pin, Readiness ready) =>
        pin.MustCatchUp && (ready & Readiness.CaughtUp) == 0 ? Step.CatchUp
        : pin.MustProveFresh && (ready & Readiness.Fresh) == 0 ? Step.ProveFresh
        : null;
}

/// <summary>What has to happen before a statement runs.</summary>
internal enum Step
{
    /// <summary>Nothing: it runs here.</summary>
    Run,

    /// <summary>The session has to agree to a read on this replica; then it runs here.</summary>
    ReadHere,

    /// <summary>The connection goes to the primary.</summary>
    MoveToPrimary,

    /// <summary>The connection names no server to the proxy any more.</summary>
    LeaveToProxy,

    /// <summary>The session is asked for its server: it has drawn none, or has to go to another.</summary>
    FindServer,

    /// <summary>The replica is another run of the server than the one that was read: it is lost, and another must be found.</summary>
    NoteRestart,

    /// <summary>The replica has to contain what the session wrote, or saw before it came here.</summary>
    CatchUp,

    /// <summary>The replica has to prove that it shows no older state than the session asks for.</summary>
    ProveFresh,

    /// <summary>The primary has to contain what the session saw on replicas.</summary>
    PassBarrier,

    /// <summary>The connection leads to a server that is the primary no more, and may be in the middle of what was begun on it.</summary>
    RefuseOutdated,

    /// <summary>The connection was opened outside the session, on another replica than the session's.</summary>
    Refuse,
}

/// <summary>What was done for a statement already.</summary>
[Flags]
internal enum Readiness
{
    None = 0,
    CaughtUp = 1,
    BehindBarrier = 2,
    Fresh = 4,
}

/// <summary>Where the connection is.</summary>
/// <param name="IsPrimary">On the primary.</param>
/// <param name="IsGone">On a replica that counts as lost: removed, drained for too long, too far behind.</param>
/// <param name="IsThroughProxy">Every server is reached over one connection to a proxy.</param>
/// <param name="NamesServers">Statements name the server to the proxy.</param>
/// <param name="IsAnywhere">No server is named: the proxy's rules decide.</param>
/// <param name="IsOutdated">It leads to another server, or another run of it, than the address does by now.</param>
internal readonly record struct LinkFacts(
    bool IsPrimary,
    bool IsGone = false,
    bool IsThroughProxy = false,
    bool NamesServers = false,
    bool IsAnywhere = false,
    bool IsOutdated = false
);

/// <summary>What the running session says.</summary>
/// <param name="Level">Its level; null where none runs.</param>
/// <param name="HasServer">It reads on some server.</param>
/// <param name="IsHere">It reads on the connection's server.</param>
/// <param name="IsOnPrimary">It reads on the primary.</param>
/// <param name="HasLoss">The replica that it read is lost, and it has not moved yet.</param>
/// <param name="IsOtherRun">The connection's replica is another run of the server than the one that it read.</param>
/// <param name="MustCatchUp">The connection's replica is not known to have what it must contain.</param>
/// <param name="MustProveFresh">The connection's replica is not known to be as fresh as its reads must be.</param>
/// <param name="NeedsBarrier">The primary is not known to have what it saw.</param>
/// <param name="IsOurs">The connection was opened in it, or reads for it already.</param>
/// <param name="MayReturn">It reads on the primary until a replica has what it saw, and it is time to look for one.</param>
internal readonly record struct PinFacts(
    ReadConsistency? Level,
    bool HasServer = false,
    bool IsHere = false,
    bool IsOnPrimary = false,
    bool HasLoss = false,
    bool IsOtherRun = false,
    bool MustCatchUp = false,
    bool MustProveFresh = false,
    bool NeedsBarrier = false,
    bool IsOurs = false,
    bool MayReturn = false
)
{
    /// <summary>Whether a read on the connection's replica is one of the session's.</summary>
    public bool AgreesToHere => !HasLoss && (!HasServer || IsHere);

    /// <summary>Whether the server that the connection names to a proxy cannot be the session's: it has drawn none (what was named for
    /// another
    /// session is nothing to this one), has lost its own, or read another run of it.</summary>
    public bool MustLeave(in LinkFacts link) => (link.NamesServers && !HasServer) || HasLoss || IsOtherRun;
}
