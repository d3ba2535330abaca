using MonotonicReads.Cluster;

namespace MonotonicReads.Testing.Tests;

/// <summary>One ordinary server of a kind; disposing it ends it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly IAsyncDisposable _server;

    private TestServer(IAsyncDisposable server, string connectionString) => (_server, ConnectionString) = (server, connectionString);

    public string ConnectionString { get; }

    /// <summary>Skips the test where there is no such server.</summary>
    public static async Task<TestServer> StartAsync(string kind)
    {
        if (kind == "MariaDB")
        {
            var maria = await MariaDbCluster.StartAsync(replicas: 0);
            return new TestServer(maria, maria.Primary.ConnectionString);
        }

        Skip.IfNot(MySqlRelease.Oldest.IsInstalled, "There is no MySQL 5.6.");
        var mysql = await MySqlCluster.StartAsync(MySqlRelease.Oldest, replicas: 0);
        return new TestServer(mysql, mysql.Primary);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
