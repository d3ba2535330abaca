using System.Diagnostics;
using MonotonicReads.Observability;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Observability;

/// <summary>Each kind of move is on the caller's span, wherever it is found out.</summary>
public sealed class MoveActivityTests : IDisposable
{
    private static readonly ActivitySource Callers = new(nameof(MoveActivityTests));

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name is nameof(MoveActivityTests) or MonotonicReadsTelemetry.ActivitySourceName,
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public MoveActivityTests() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_move_that_is_found_within_spans_of_ours(int spans)
    {
        using var caller = Callers.StartActivity("caller")!;
        var own = Enumerable
            .Range(0, spans)
            .Select(_ =>
                RoutingActivities.Search(new SessionTags(Guid.NewGuid(), ReadConsistency.Causal), new ServerTags("r1", null, null, 0))!
            )
            .ToList();
        RoutingActivities.NoteMove("shop", "r1", "r2", "not caught up");
        own.Reverse();
        own.ForEach(span => span.Dispose());
        AssertMoved(caller, "shop", "r1", "r2", "not caught up");
        Assert.All(own, span => Assert.Empty(span.Events));
    }

    [Fact]
    public void Without_a_caller_nobody_is_told()
    {
        using var own = RoutingActivities.Search(
            new SessionTags(Guid.NewGuid(), ReadConsistency.Causal),
            new ServerTags("r1", null, null, 0)
        )!;
        RoutingActivities.NoteMove("shop", "r1", "r2", "not caught up");
        Assert.Empty(own.Events);
    }

    [Fact]
    public void A_redraw_after_a_loss()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw });
        var first = set.Ask();
        set.Server(first).DataSource.Refuse();
        using var caller = Callers.StartActivity("caller")!;
        var next = set.Ask();
        AssertMoved(caller, set.Source.Name, first, next, "open failed");
    }

    [Fact]
    public void A_statement_that_is_not_proven_to_be_a_read()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var first = set.Ask();
        using var caller = Callers.StartActivity("caller")!;
        using var connection = set.Source.OpenConnection();
        SqliteReplicaSet.AskOn(connection);
        Assert.Empty(caller.Events);
        Assert.Equal("primary", SqliteReplicaSet.AskOn(connection, "SELECT name FROM server WHERE name <> 'a\\'"));
        AssertMoved(caller, set.Source.Name, first, "primary", "statement not proven");
    }

    [Fact]
    public void A_read_that_stays_where_it_is_has_none()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using var caller = Callers.StartActivity("caller")!;
        set.Ask();
        set.Ask();
        Assert.Empty(caller.Events);
    }

    private static void AssertMoved(Activity caller, string source, string from, string to, string reason)
    {
        var moved = Assert.Single(caller.Events);
        Assert.Equal("monotonic_reads.moved", moved.Name);
        Assert.Equal(
            [
                ("monotonic_reads.data_source", source),
                ("monotonic_reads.from", from),
                ("monotonic_reads.to", to),
                ("monotonic_reads.reason", reason),
            ],
            moved.Tags.Select(tag => (tag.Key, (string)tag.Value!))
        );
    }
}
