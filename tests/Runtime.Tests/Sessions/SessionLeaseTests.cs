using System.Data.Common;
using Microsoft.Data.Sqlite;
using MonotonicReads.Choosing;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Sessions;

public class SessionLeaseTests
{
    /// <summary>It goes back from a timer, where an exception would end the process.</summary>
    [Fact]
    public async Task A_kept_connection_whose_disposing_throws_breaks_nobody()
    {
        using var source = new StubbornSource();
        var pool = new ConnectionPool(source, size: 1);
        var server = new RoutedServer("r", pool, isPrimary: false);
        using var book = new LeaseBook(TimeProvider.System);
        Action<SessionLease>[] ways = [lease => lease.End(), lease => lease.GiveBack(until: null, of: null), _ => book.GiveBack(pool)];
        foreach (var giveBack in ways)
        {
            var lease = new SessionLease();
            Assert.True(lease.TryKeep(await PooledConnection.OpenAsync(pool, book, isAsync: true, default), server, now: long.MaxValue));
            book.Add(lease);
            giveBack(lease);
            Assert.False(pool.IsUsedUp);
            Assert.True(pool.Enter());
            pool.Leave();
        }
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
