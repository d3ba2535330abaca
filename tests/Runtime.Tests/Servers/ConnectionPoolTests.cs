using System.Data.Common;
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
        pool = new ConnectionPool(
            generation => new Source(() =>
            {
                pool!.Dispose();
                generation.Retire();
                throw new OutdatedConnectionException();
            }),
            size: 1
        );
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pool.ConnectAsync(isAsync, CancellationToken.None));
    }

    [Fact]
    public async Task An_address_that_leads_elsewhere_each_time_is_named()
    {
        var made = 0;
        using var pool = new ConnectionPool(
            generation =>
            {
                made++;
                return new Source(() =>
                {
                    generation.Retire();
                    throw new OutdatedConnectionException();
                });
            },
            size: 1
        );
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
        using var pool = new ConnectionPool(
            generation =>
                made++ > 0
                    ? Microsoft.Data.Sqlite.SqliteFactory.Instance.CreateDataSource("Data Source=:memory:")
                    : new Source(() =>
                    {
                        generation.Retire();
                        throw new OutdatedConnectionException();
                    }),
            size: 1
        );
        await using var connection = (await pool.ConnectAsync(isAsync: true, CancellationToken.None)).Connection;
        Assert.Equal(2, made);
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
