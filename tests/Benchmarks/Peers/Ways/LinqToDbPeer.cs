using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using LinqToDB.DataProvider.MySql;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>LINQ to DB: each request has a connection to a replica that was drawn for it, and keeps it open.</summary>
internal sealed class LinqToDbPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly DataOptions[] _replicas = [.. servers.Replicas.Select(On)];
    private readonly DataOptions _primary = On(servers.Primary);

    public IRequest Begin(Visitor visitor) => new Request(visitor, new(_replicas[Random.Shared.Next(_replicas.Length)]), _primary);

    private static DataOptions On(string server) =>
        new DataOptions().UseMySql(server, MySqlVersion.MariaDB10, MySqlProvider.MySqlConnector);

    // to here.

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Request(Visitor visitor, DataConnection reading, DataOptions primary) : IRequest
    {
        public async Task<PageVersions> PageAsync()
        {
            var order = await reading.GetTable<OrderRow>().SingleAsync(order => order.Id == Rows.OrderId);
            var lines = await reading.GetTable<LineRow>().Where(line => line.OrderId == Rows.OrderId).ToListAsync();
            var payment = await reading.GetTable<PaymentRow>().SingleAsync(payment => payment.OrderId == Rows.OrderId);
            var products = lines.Select(static line => line.Product).ToList();
            var stock = await reading.GetTable<StockRow>().Where(stock => products.Contains(stock.Id)).ToListAsync();
            return new(order.Version, lines[0].Version, payment.Version, stock[0].Version);
        }

        public async Task<long> OwnAsync() =>
            await reading.GetTable<NoteRow>().Where(note => note.Id == visitor.Id).Select(note => note.Value).SingleOrDefaultAsync();

        public async Task WriteAsync(long value)
        {
            await using var writing = new DataConnection(primary);
            await writing.InsertAsync(new NoteRow { Id = visitor.Id, Value = value });
        }

        public ValueTask DisposeAsync() => reading.DisposeAsync();
    }
}
