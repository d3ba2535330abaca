using System.Data.Common;
using MonotonicReads.Cluster;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Analyzer.Tests.Merging;

/// <summary>A MariaDB server with the tables, behind a relay that counts the commands that come.</summary>
public sealed class MariaDb : IAsyncLifetime
{
    private MariaDbCluster? _cluster;
    private StatementRelay? _relay;

    internal Surroundings Surroundings => new(OpenAsync, Commands: () => _relay!.Commands);

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 0);
        _relay = await StatementRelay.StartAsync(RelayServer.Of(_cluster), new OneServerRoute());
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = SideBySide.Schema("BIGINT");
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        await _relay!.DisposeAsync();
        await _cluster!.DisposeAsync();
    }

    private async Task<DbConnection> OpenAsync()
    {
        // The compilers of the tests beside it can have the thread pool for minutes: the driver must not give up meanwhile.
        var connection = new MySqlConnection(_relay!.ConnectionString + ";Pooling=false;ConnectionTimeout=180;DefaultCommandTimeout=180");
        await connection.OpenAsync();
        return connection;
    }
}
