using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>Written by hand: as <see cref="ScopedPeer"/>, and the request opens its connection once. What a page costs at the least.</summary>
internal sealed class ScopedOpenPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly MySqlDataSource _primary = new(servers.Primary);
    private readonly MySqlDataSource[] _replicas = [.. servers.Replicas.Select(replica => new MySqlDataSource(replica))];

    public IRequest Begin(Visitor visitor)
    {
        var replica = _replicas[Random.Shared.Next(_replicas.Length)];
        return new OpenRequest(visitor, replica.CreateConnection(), _primary);
    }

    // to here.

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _replicas.Prepend(_primary))
        {
            await pool.DisposeAsync();
        }
    }

    private sealed class OpenRequest(Visitor visitor, MySqlConnection reading, MySqlDataSource primary) : IRequest
    {
        // The user's lines:
        private async Task<MySqlConnection> OpenedAsync()
        {
            if (reading.State == System.Data.ConnectionState.Closed)
            {
                await reading.OpenAsync();
            }

            return reading;
        }

        public ValueTask DisposeAsync() => reading.DisposeAsync();

        // to here.

        public async Task<PageVersions> PageAsync() => await DapperPage.ReadAsync(await OpenedAsync());

        public async Task<long> OwnAsync() => await DapperPage.OwnAsync(await OpenedAsync(), visitor.Id);

        public async Task WriteAsync(long value)
        {
            await using var connection = primary.CreateConnection();
            await DapperPage.WriteAsync(connection, visitor.Id, value);
        }
    }
}
