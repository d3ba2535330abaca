using System.Data.Common;
using Microsoft.Data.Sqlite;
using MonotonicReads.Choosing;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Sessions;

public sealed class SessionLeaseTests : IDisposable
{
    private readonly SqliteReplicaSet _set = new();
    private readonly List<PooledConnection> _open = [];

    /// <summary>It goes back from a timer, where an exception would end the process.</summary>
    [Fact]
    public async Task A_kept_connection_whose_disposing_throws_breaks_nobody()
    {
        using var source = new StubbornSource();
        var pool = new ConnectionPool(_ => source);
        pool.Current.Size = 1;
        var server = new RoutedServer("r", pool, isPrimary: false);
        using var book = new LeaseBook(_set.Time);
        Action<SessionLease>[] ways =
        [
            lease => lease.End(),
            _ => pool.Held.GiveBackAll(),
            _ => pool.Held.GiveBackIdle(latest: long.MaxValue, now: long.MaxValue),
            _ =>
            {
                pool.Enter();
                pool.Leave();
            },
        ];
        foreach (var giveBack in ways)
        {
            var lease = Lease();
            Assert.True(lease.TryKeep(await pool.ConnectAsync(isAsync: true, default), server));
            book.Watch(pool.Held);
            giveBack(lease);
            Assert.False(pool.IsUsedUp);
            Assert.True(pool.Held.IsEmpty);
            Assert.True(pool.Enter());
            pool.Leave();
        }
    }

    /// <summary>Sessions that are held and do not read cost no connection: whoever opens one gets theirs.</summary>
    [Fact]
    public async Task Many_sessions_hold_no_more_connections_than_were_in_use_at_once()
    {
        var (pool, server) = Server(size: 100);
        for (var i = 0; i < 1_000; i++)
        {
            var first = await OpenAsync(pool);
            var second = await OpenAsync(pool);
            Assert.True(Lease().TryKeep(first, server));
            Assert.True(Lease().TryKeep(second, server));
            Assert.Equal((2, 2), (pool.Most, pool.Held.Idle));
            _set.Time.Advance(SessionLease.LongestIdle / 10);
        }
    }

    /// <summary>The one that is idle for longest is the one that is needed least.</summary>
    [Fact]
    public async Task The_oldest_goes_first()
    {
        var (pool, server) = Server(size: 3);
        var open = new[] { await OpenAsync(pool), await OpenAsync(pool), await OpenAsync(pool) };
        var leases = open.Select(_ => Lease()).ToList();
        foreach (var (lease, pooled) in leases.Zip(open))
        {
            Assert.True(lease.TryKeep(pooled, server));
            _set.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await OpenAsync(pool);
        Assert.Null(leases[0].TryTake(server));
        Assert.Same(open[1], leases[1].TryTake(server));
        Assert.Same(open[2], leases[2].TryTake(server));
    }

    /// <summary>Series that are in full swing do not take their connections from each other for long.</summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(20, 1)]
    public async Task What_is_missed_at_once_is_kept_the_next_time(int missedAfterMilliseconds, int most)
    {
        var (pool, server) = Server(size: 100);
        var lease = Lease();
        Assert.True(lease.TryKeep(await OpenAsync(pool), server));
        await (await OpenAsync(pool)).DisposeAsync(isAsync: true);
        _set.Time.Advance(TimeSpan.FromMilliseconds(missedAfterMilliseconds));
        Assert.Null(lease.TryTake(server));
        Assert.Equal(most, pool.Most);
    }

    /// <summary>That the pool has no more than it has is no reason to hold more.</summary>
    [Fact]
    public async Task Not_beyond_the_pools_size()
    {
        var (pool, server) = Server(size: 1);
        var lease = Lease();
        for (var i = 0; i < 5; i++)
        {
            Assert.True(lease.TryKeep(await OpenAsync(pool), server));
            await (await OpenAsync(pool)).DisposeAsync(isAsync: true);
            Assert.Null(lease.TryTake(server));
        }

        Assert.Equal(1, pool.Most);
        Assert.False(pool.IsFull);
    }

    [Fact]
    public async Task One_is_kept_and_the_others_are_the_callers()
    {
        var (pool, server) = Server(size: 100);
        var lease = Lease();
        var (first, second) = (await OpenAsync(pool), await OpenAsync(pool));
        Assert.True(lease.TryKeep(first, server));
        Assert.False(lease.TryKeep(second, server));
        Assert.Same(first, lease.TryTake(server));
        lease.End();
        Assert.False(lease.TryKeep(first, server));
        Assert.True(pool.Held.IsEmpty);
    }

    [Fact]
    public async Task On_another_server_it_is_of_no_use()
    {
        var (pool, server) = Server(size: 100);
        var lease = Lease();
        var pooled = await OpenAsync(pool);
        Assert.True(lease.TryKeep(pooled, server));
        Assert.Null(lease.TryTake(Server(size: 100).Server));
        Assert.Equal(System.Data.ConnectionState.Closed, pooled.Connection.State);
        Assert.True(pool.Held.IsEmpty);
    }

    /// <summary>However they meet, each connection is had by one, and none is lost.</summary>
    [Fact]
    public async Task Side_by_side_nobody_has_anothers()
    {
        var (pool, server) = Server(size: 8);
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 2_000; i++)
                        {
                            var lease = Lease();
                            var pooled = lease.TryTake(server) ?? await pool.ConnectAsync(isAsync: true, default);
                            if (!lease.TryKeep(pooled, server))
                            {
                                await pooled.DisposeAsync(isAsync: true);
                            }

                            if (lease.TryTake(server) is { } again)
                            {
                                Assert.Equal(System.Data.ConnectionState.Open, again.Connection.State);
                                await again.DisposeAsync(isAsync: true);
                            }

                            lease.End();
                        }
                    })
                )
        );
        Assert.True(pool.Held.IsEmpty);
        Assert.Equal(0, pool.Held.Idle);
        for (var i = 0; i < 8; i++)
        {
            Assert.True(pool.Enter());
        }

        Assert.False(pool.Enter());
    }

    public void Dispose()
    {
        _open.ForEach(pooled => pooled.Connection.Dispose());
        _set.Dispose();
    }

    private SessionLease Lease() => new SeriesPlan(9).LeaseIn(_set.Source.Routed);

    private static (ConnectionPool Pool, RoutedServer Server) Server(int size)
    {
        var pool = new ConnectionPool(SqliteFactory.Instance.CreateDataSource("Data Source=:memory:"), size);
        return (pool, new RoutedServer("r", pool, isPrimary: false));
    }

    private async Task<PooledConnection> OpenAsync(ConnectionPool pool)
    {
        var pooled = await pool.ConnectAsync(isAsync: true, CancellationToken.None);
        lock (_open)
        {
            _open.Add(pooled);
        }

        return pooled;
    }

    private sealed class StubbornSource : DbDataSource
    {
        public override string ConnectionString => "Data Source=:memory:";

        protected override DbConnection CreateDbConnection() => new StubbornConnection(ConnectionString);
    }

    private sealed class StubbornConnection(string connectionString) : SqliteConnection(connectionString)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
            {
                throw new InvalidDataException("it stays");
            }
        }
    }
}
