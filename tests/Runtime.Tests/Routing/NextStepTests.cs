using MonotonicReads.Routing;

namespace MonotonicReads.Runtime.Tests.Routing;

/// <summary>The decision where a statement runs, row by row: what the statement is, where the connection is, what the session says.</summary>
public class NextStepTests
{
    private static readonly Statement Read = new(IsPlainRead: true, ReturnsData: true);
    private static readonly Statement Write = new(IsPlainRead: false, ReturnsData: false);
    private static readonly LinkFacts Replica = new(IsPrimary: false);
    private static readonly LinkFacts Primary = new(IsPrimary: true);
    private static readonly LinkFacts GoneReplica = Replica with { IsGone = true };
    private static readonly LinkFacts Outdated = Replica with { IsOutdated = true };
    private static readonly LinkFacts Named = Replica with { IsThroughProxy = true, NamesServers = true };
    private static readonly LinkFacts Anywhere = Named with { IsAnywhere = true };
    private static readonly LinkFacts Picking = Anywhere with { NamesServers = false };
    private static readonly PinFacts None = new(Level: null);
    private static readonly PinFacts Fresh = new(ReadConsistency.Monotonic);
    private static readonly PinFacts Here = Fresh with { HasServer = true, IsHere = true, IsOurs = true };
    private static readonly PinFacts Elsewhere = Fresh with { HasServer = true };
    private static readonly PinFacts OnPrimary = Fresh with { HasServer = true, IsOnPrimary = true };
    private static readonly PinFacts Lost = Here with { HasLoss = true };

    /// <summary>Statement, link, session, what was done already, and the step.</summary>
    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var (name, row) in Table)
        {
            rows.Add(name, row.Step.ToString());
        }

        return rows;
    }

    private static readonly Dictionary<string, (Statement Statement, LinkFacts Link, PinFacts Pin, Readiness Ready, Step Step)> Table =
        new()
        {
            // Outside a session.
            ["outside, a read on a replica"] = (Read, Replica, None, 0, Step.Run),
            ["outside, a read on the primary"] = (Read, Primary, None, 0, Step.Run),
            ["outside, a write on a replica"] = (Write, Replica, None, 0, Step.MoveToPrimary),
            ["outside, a write on the primary"] = (Write, Primary, None, 0, Step.Run),
            ["outside, a read on a replica that is gone"] = (Read, GoneReplica, None, 0, Step.Run),
            ["outside, a server is named to the proxy still"] = (Read, Named, None, 0, Step.LeaveToProxy),
            ["outside, the proxy decides"] = (Read, Anywhere, None, 0, Step.Run),
            ["outside, a write to the proxy"] = (Write, Anywhere, None, 0, Step.MoveToPrimary),

            // On a replica whose age is bounded.
            ["a replica that is not known to be fresh"] = (Read, Replica, Here with { MustProveFresh = true }, 0, Step.ProveFresh),
            ["one that has proved it"] = (Read, Replica, Here with { MustProveFresh = true }, Readiness.Fresh, Step.ReadHere),
            ["one that has to have the session's writes first"] = (
                Read,
                Replica,
                Here with
                {
                    MustProveFresh = true,
                    MustCatchUp = true,
                },
                0,
                Step.CatchUp
            ),
            ["one of another session's"] = (Read, Replica, Elsewhere with { MustProveFresh = true, IsOurs = true }, 0, Step.FindServer),

            // On the primary, or on the way there.
            ["a write in a session on a replica"] = (Write, Replica, Here, 0, Step.MoveToPrimary),
            ["a transaction in a session on a replica"] = (Statement.Transaction, Replica, Here, 0, Step.MoveToPrimary),
            ["a primary session on a replica"] = (Read, Replica, Fresh with { Level = ReadConsistency.Primary }, 0, Step.MoveToPrimary),
            ["a session on the primary, a replica's connection"] = (Read, Replica, OnPrimary, 0, Step.MoveToPrimary),
            ["a read on the primary, nothing seen on replicas"] = (Read, Primary, Here, 0, Step.Run),
            ["a read on the primary after replicas"] = (Read, Primary, Here with { NeedsBarrier = true }, 0, Step.PassBarrier),
            ["a read on the primary behind the barrier"] = (
                Read,
                Primary,
                Here with
                {
                    NeedsBarrier = true,
                },
                Readiness.BehindBarrier,
                Step.Run
            ),
            ["a write on the primary needs no barrier"] = (Write, Primary, Here with { NeedsBarrier = true }, 0, Step.Run),
            ["a transaction on the primary does"] = (
                Statement.Transaction,
                Primary,
                Here with
                {
                    NeedsBarrier = true,
                },
                0,
                Step.PassBarrier
            ),
            ["what is caught up is not behind the barrier"] = (
                Read,
                Primary,
                Here with
                {
                    NeedsBarrier = true,
                },
                Readiness.CaughtUp,
                Step.PassBarrier
            ),
            ["a lost replica, but a write"] = (Write, Replica, Lost, 0, Step.MoveToPrimary),

            ["a write on an outdated replica connection"] = (Write, Outdated, Here, 0, Step.MoveToPrimary),
            ["a primary session on one"] = (Read, Outdated, Fresh with { Level = ReadConsistency.Primary }, 0, Step.MoveToPrimary),
            ["a session on the primary on one"] = (Read, Outdated, OnPrimary, 0, Step.MoveToPrimary),
            ["a read on one"] = (Read, Outdated, Here, 0, Step.FindServer),
            ["a read on one to another run"] = (Read, Outdated, Here with { IsOtherRun = true }, 0, Step.NoteRestart),
            ["a write on an outdated primary connection"] = (Write, Primary with { IsOutdated = true }, Here, 0, Step.RefuseOutdated),
            ["a read on one that needs a barrier"] = (
                Read,
                Primary with
                {
                    IsOutdated = true,
                },
                Here with
                {
                    NeedsBarrier = true,
                },
                0,
                Step.RefuseOutdated
            ),

            // On a replica.
            ["the first read adopts the replica"] = (Read, Replica, Fresh, 0, Step.ReadHere),
            ["a read on the session's replica"] = (Read, Replica, Here, 0, Step.ReadHere),
            ["a snapshot begins on it"] = (Statement.Snapshot, Replica, Here, 0, Step.ReadHere),
            ["a connection of another replica"] = (Read, Replica, Elsewhere, 0, Step.Refuse),
            ["the session drew again for this connection"] = (Read, Replica, Elsewhere with { IsOurs = true }, 0, Step.FindServer),
            ["the session's replica is lost"] = (Read, Replica, Lost, 0, Step.FindServer),
            ["it is lost, and the connection another's"] = (
                Read,
                Replica,
                Lost with
                {
                    IsHere = false,
                    IsOurs = false,
                },
                0,
                Step.FindServer
            ),
            ["the replica is gone"] = (Read, GoneReplica, Here, 0, Step.FindServer),
            ["it is gone before the first read"] = (Read, GoneReplica, Fresh, 0, Step.FindServer),
            ["it must catch up"] = (Read, Replica, Here with { MustCatchUp = true }, 0, Step.CatchUp),
            ["it must catch up before the first read"] = (Read, Replica, Fresh with { MustCatchUp = true }, 0, Step.CatchUp),
            ["it has caught up"] = (Read, Replica, Here with { MustCatchUp = true }, Readiness.CaughtUp, Step.ReadHere),
            ["what is lost need not catch up"] = (Read, Replica, Lost with { MustCatchUp = true }, 0, Step.FindServer),
            ["another's replica need not catch up"] = (Read, Replica, Elsewhere with { MustCatchUp = true }, 0, Step.Refuse),
            ["one that is gone catches up first"] = (Read, GoneReplica, Here with { MustCatchUp = true }, 0, Step.CatchUp),
            ["another run without a proxy is the connection's to notice"] = (
                Read,
                Replica,
                Here with
                {
                    IsOtherRun = true,
                },
                0,
                Step.ReadHere
            ),

            // Through a proxy.
            ["the session draws before it reads"] = (Read, Anywhere, Fresh, 0, Step.FindServer),
            ["it draws although another's server is named"] = (Read, Named, Fresh, 0, Step.FindServer),
            ["its server is named"] = (Read, Named, Here, 0, Step.ReadHere),
            ["another's server is named"] = (Read, Named, Elsewhere, 0, Step.FindServer),
            ["its server was restarted"] = (Read, Named, Here with { IsOtherRun = true }, 0, Step.NoteRestart),
            ["it was restarted, and is lost already"] = (Read, Named, Lost with { IsOtherRun = true }, 0, Step.FindServer),
            ["its server must catch up"] = (Read, Named, Here with { MustCatchUp = true }, 0, Step.CatchUp),
            ["a proxy that picks, the first read"] = (Read, Picking, Fresh, 0, Step.ReadHere),
            ["a proxy that picks, the next read"] = (Read, Picking, Here, 0, Step.ReadHere),
            ["a proxy that picks, to the primary"] = (Write, Picking, Here, 0, Step.MoveToPrimary),
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row(string name, string step)
    {
        var row = Table[name];
        Assert.Equal(step, NextStep.Of(row.Statement, row.Link, row.Pin, row.Ready).ToString());
    }

    /// <summary>Whatever the facts: what is not provably a plain read runs on the primary alone, and a lost replica is not read.</summary>
    [Fact]
    public void No_facts_let_a_write_or_a_lost_session_onto_a_replica()
    {
        bool[] either = [false, true];
        foreach (var level in Enum.GetValues<ReadConsistency>().Cast<ReadConsistency?>().Append(null))
        {
            foreach (var bits in Enumerable.Range(0, 1 << 10))
            {
                bool Is(int bit) => (bits & (1 << bit)) != 0;
                var link = Replica with { IsGone = Is(0), IsThroughProxy = Is(1), NamesServers = Is(1) && Is(2) };
                var pin = new PinFacts(
                    level,
                    HasServer: Is(3),
                    IsHere: Is(3) && Is(4),
                    HasLoss: Is(5),
                    IsOtherRun: Is(6),
                    MustCatchUp: Is(7),
                    MustProveFresh: Is(9),
                    IsOurs: Is(8)
                );
                Assert.Equal(Step.MoveToPrimary, NextStep.Of(Write, link, pin, Readiness.None));
                foreach (var ready in either.Select(is_ => is_ ? Readiness.CaughtUp : Readiness.None))
                {
                    var step = NextStep.Of(Read, link, pin, ready);
                    Assert.False(level is not null && pin.HasLoss && step is (Step.Run or Step.ReadHere), $"{link} {pin}");
                    Assert.False(pin.MustProveFresh && step == Step.ReadHere, $"{link} {pin}");
                    Assert.False(pin.MustCatchUp && ready == Readiness.None && step == Step.ReadHere, $"{link} {pin}");
                }
            }
        }
    }
}
