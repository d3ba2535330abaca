using FreeSql;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>FreeSql: selects go to one of the slaves, each anew.</summary>
internal sealed class FreeSqlPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly IFreeSql _sql = new FreeSqlBuilder()
        .UseConnectionString(DataType.MySql, servers.Primary)
        .UseSlave([.. servers.Replicas])
        .Build();

    // to here.

    public IRequest Begin(Visitor visitor) => new Request(visitor, _sql);

    public ValueTask DisposeAsync()
    {
        _sql.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Request(Visitor visitor, IFreeSql sql) : IRequest
    {
        public async Task<PageVersions> PageAsync()
        {
            var order = await sql.Select<OrderRow>().Where(order => order.Id == Rows.OrderId).FirstAsync();
            var lines = await sql.Select<LineRow>().Where(line => line.OrderId == Rows.OrderId).ToListAsync();
            var payment = await sql.Select<PaymentRow>().Where(payment => payment.OrderId == Rows.OrderId).FirstAsync();
            var products = lines.Select(static line => line.Product).ToList();
            var stock = await sql.Select<StockRow>().Where(stock => products.Contains(stock.Id)).ToListAsync();
            return new(order.Version, lines[0].Version, payment.Version, stock[0].Version);
        }

        public Task<long> OwnAsync() => sql.Select<NoteRow>().Where(note => note.Id == visitor.Id).FirstAsync(note => note.Value);

        public Task WriteAsync(long value) => sql.Insert(new NoteRow { Id = visitor.Id, Value = value }).ExecuteAffrowsAsync();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
