using Microsoft.Data.Sqlite;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Sessions;

/// <summary>Sessions know of a data source what <see cref="ISessionSource"/> says, and work without one.</summary>
public class SessionsAloneTests
{
    [Fact]
    public void A_session_has_one_pin_in_each_source_and_keeps_its_replica()
    {
        var (orders, stock) = (new Source("orders"), new Source("stock"));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var pin = session.PinFor(orders);
        Assert.Same(pin, session.PinFor(orders));
        Assert.NotSame(pin, session.PinFor(stock));
        Assert.True(pin.TryRead(orders.First, isFirstOfConnection: true));
        Assert.False(pin.TryRead(orders.Second, isFirstOfConnection: true));
        Assert.True(pin.NeedsBarrier);
        Assert.False(session.PinFor(stock).NeedsBarrier);
    }

    [Fact]
    public void A_loss_ends_its_reads_there_until_it_has_moved()
    {
        var source = new Source("orders");
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var pin = session.PinFor(source);
        pin.TryRead(source.First, isFirstOfConnection: true);
        Assert.True(pin.TryLose(source.First, new PinLoss(source.First, ReplicaLossReason.Silent, null)));
        Assert.False(pin.TryRead(source.First, isFirstOfConnection: false));
        Assert.True(pin.TryMove(source.First, source.Second, incarnation: 0, forgetsReads: false));
        Assert.True(pin.TryRead(source.Second, isFirstOfConnection: true));
    }

    [Fact]
    public async Task A_token_carries_what_each_source_says()
    {
        var source = new Source("orders") { State = new SourceState("orders", MariaDbGtidList.Parse("0-1-7")) };
        var options = SessionTokenOptions.WithKey(new byte[32]);
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Causal))
        {
            session.PinFor(source).TryRead(source.First, isFirstOfConnection: true);
            token = await session.ToTokenAsync(options);
        }

        using var resumed = ReadSession.Resume(token, options);
        Assert.Equal(ReadConsistency.Causal, resumed.Consistency);
        Assert.Equal("0-1-7", resumed.PinFor(source).Required?.ToString());
        Assert.True(resumed.PinFor(source).MustCatchUp(source.First, seesOwnWrites: false));
        Assert.Null(resumed.PinFor(new Source("another")).Required);
    }

    /// <summary>Stands in for a data source, of which a session needs no more; nothing is ever opened.</summary>
    private sealed class Source(string name) : ISessionSource
    {
        public RoutedServer First { get; } = Server("first", isPrimary: false);

        public RoutedServer Second { get; } = Server("second", isPrimary: false);

        public SourceState? State { get; init; }

        public SourceName Name { get; } = SourceName.Given(name, "nowhere");

        public RoutedServer Primary { get; } = Server("primary", isPrimary: true);

        public TimeProvider Time => TimeProvider.System;

        public ReplicaLoss OnReplicaLoss => ReplicaLoss.Primary;

        public bool HasPositions => true;

        public bool RecordsDecisions => false;

        public int ConnectionTimeout => 0;

        public bool IsServerFailure(Exception exception) => false;

        public void NoteLoss(SessionPin pin, RoutedServer replica, Exception exception) { }

        public ValueTask<bool> HasEndedAnyAsync(
            RoutedServer replica,
            IReadOnlyCollection<int> connections,
            bool isAsync,
            CancellationToken cancellation
        ) => new(false);

        public void NoteRestart(Guid lost, Guid next, PinLoss loss, int number) { }

        public ValueTask<SourceState?> StateOfAsync(SessionPin pin, bool isAsync, CancellationToken cancellation) => new(State);

        private static RoutedServer Server(string name, bool isPrimary) =>
            new(name, new ConnectionPool(SqliteFactory.Instance.CreateDataSource("Data Source=:memory:")), isPrimary);
    }
}
