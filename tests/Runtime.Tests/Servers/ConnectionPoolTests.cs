using System.Data.Common;
using Microsoft.Data.Sqlite;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Servers;

public sealed class ConnectionPoolTests
{
    /// <summary>A replica is removed while a connection to it opens, and its address leads elsewhere by then.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_opens_while_the_pool_is_disposed_is_told_so(bool isAsync)
    {
        ConnectionPool? pool = null;
        pool = new ConnectionPool(generation => new Source(() =>
        {
            pool!.Dispose();
            generation.Retire();
            throw new OutdatedConnectionException();
        }));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pool.ConnectAsync(isAsync, CancellationToken.None));
    }

    [Fact]
    public async Task An_address_that_leads_elsewhere_each_time_is_named()
    {
        var made = 0;
        using var pool = new ConnectionPool(generation =>
        {
            made++;
            return new Source(() =>
            {
                generation.Retire();
                throw new OutdatedConnectionException();
            });
        });
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await pool.ConnectAsync(isAsync: true, CancellationToken.None)
        );
        Assert.Contains("another server with each connection", exception.Message, StringComparison.Ordinal);
        Assert.InRange(made, 3, 20);
    }

    [Fact]
    public async Task The_next_generation_is_tried()
    {
        var made = 0;
        using var pool = new ConnectionPool(generation =>
            made++ > 0
                ? SqliteFactory.Instance.CreateDataSource("Data Source=:memory:")
                : new Source(() =>
                {
                    generation.Retire();
                    throw new OutdatedConnectionException();
                })
        );
        await using var connection = (await pool.ConnectAsync(isAsync: true, CancellationToken.None)).Connection;
        Assert.Equal(2, made);
    }

    /// <summary>The program has a hand in what is made: that a server is another one is known whatever it does.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_cannot_be_made_is_told_to_who_opens_and_is_tried_again(bool isAsync)
    {
        var fails = false;
        using var pool = new ConnectionPool(_ =>
            fails ? throw new NotSupportedException("not today") : SqliteFactory.Instance.CreateDataSource("Data Source=:memory:")
        );
        var first = pool.Current;
        fails = true;
        first.Retire();
        Assert.NotSame(first, pool.Current);
        Assert.False(first.IsCurrent);
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<NotSupportedException>(async () => await pool.ConnectAsync(isAsync, CancellationToken.None));
        }

        fails = false;
        await using var connection = (await pool.ConnectAsync(isAsync, CancellationToken.None)).Connection;
        Assert.Equal(System.Data.ConnectionState.Open, connection.State);
    }

    [Fact]
    public async Task Nobody_but_who_opens_waits_for_what_is_made_and_it_is_made_once()
    {
        var made = 0;
        using var goesOn = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using var pool = new ConnectionPool(_ =>
        {
            if (Interlocked.Increment(ref made) > 1)
            {
                begun.Set();
                goesOn.Wait();
            }

            return SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        });
        pool.Current.Retire();
        var openings = Enumerable
            .Range(0, 3)
            .Select(_ =>
                Task.Run(async () => await (await pool.ConnectAsync(isAsync: true, CancellationToken.None)).Connection.DisposeAsync())
            )
            .ToList();
        begun.Wait();
        Assert.True(pool.Enter());
        pool.Leave();
        Assert.True(pool.Current.IsCurrent);
        goesOn.Set();
        await Task.WhenAll(openings);
        Assert.Equal(2, made);
    }

    /// <summary>One that nobody needed is not made for its end.</summary>
    [Fact]
    public async Task What_was_never_opened_is_not_made_to_be_disposed()
    {
        var made = 0;
        var pool = new ConnectionPool(_ =>
        {
            made++;
            return SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        });
        pool.Current.Retire();
        var last = pool.Current;
        await pool.DisposeAsync();
        Assert.Equal(1, made);
        Assert.Throws<ObjectDisposedException>(() => last.Source);
    }

    /// <summary>Nobody gets what comes too late, and who disposed the pool finds all closed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_being_opened_when_the_pool_is_disposed_is_closed_before_that_has_ended(bool isRetired)
    {
        var source = new SlowSource();
        var pool = new ConnectionPool(_ => source);
        var opening = pool.ConnectAsync(isAsync: true, CancellationToken.None).AsTask();
        if (isRetired)
        {
            pool.Current.Retire();
        }

        await pool.DisposeAsync();
        var ended = ConnectionPool.EndedAsync([pool]);
        Assert.False(ended.IsCompleted);
        Assert.False(source.IsDisposed);
        source.Open();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => opening);
        await ended;
        Assert.Equal(System.Data.ConnectionState.Closed, source.Opened!.State);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task A_pool_whose_server_never_answers_ends_all_the_same()
    {
        var source = new SlowSource();
        var pool = new ConnectionPool(_ => source);
        var opening = pool.ConnectAsync(isAsync: true, CancellationToken.None).AsTask();
        await pool.DisposeAsync();
        await ConnectionPool.EndedAsync([pool]);
        Assert.False(source.IsDisposed);
        source.Open();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => opening);
        await pool.Current.Ended;
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task A_pool_of_which_nothing_is_being_opened_ends_at_once()
    {
        var pool = new ConnectionPool(_ => SqliteFactory.Instance.CreateDataSource("Data Source=:memory:"));
        await using var inUse = (await pool.ConnectAsync(isAsync: true, CancellationToken.None)).Connection;
        await pool.DisposeAsync();
        await pool.DisposeAsync();
        Assert.True(ConnectionPool.EndedAsync([pool]).IsCompletedSuccessfully);
        Assert.Equal(System.Data.ConnectionState.Open, inUse.State);
    }

    /// <summary>A driver's data source whose server takes its time.</summary>
    private sealed class SlowSource : DbDataSource
    {
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override string ConnectionString => "";

        public bool IsDisposed { get; private set; }

        public DbConnection? Opened { get; private set; }

        public void Open() => _answer.SetResult();

        protected override DbConnection CreateDbConnection() => throw new NotSupportedException();

        protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
        {
            await _answer.Task;
            Opened = new SqliteConnection("Data Source=:memory:");
            await Opened.OpenAsync(cancellationToken);
            return Opened;
        }

        protected override ValueTask DisposeAsyncCore()
        {
            IsDisposed = true;
            return base.DisposeAsyncCore();
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed |= disposing;
            base.Dispose(disposing);
        }
    }

    /// <summary>A driver's data source that only fails: there is nothing else to open.</summary>
    private sealed class Source(Action open) : DbDataSource
    {
        public override string ConnectionString => "";

        protected override DbConnection CreateDbConnection() => throw new NotSupportedException();

        protected override DbConnection OpenDbConnection()
        {
            open();
            throw new NotSupportedException();
        }

        protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
            new(OpenDbConnection());
    }
}
