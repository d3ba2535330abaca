using MonotonicReads.Cluster;

namespace MonotonicReads.Testing.Tests;

/// <summary>One ordinary server of a kind; disposing it ends it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly IAsyncDisposable _server;

    private TestServer(IAsyncDisposable server, string connectionString, string adminConnectionString) =>
        (_server, ConnectionString, AdminConnectionString) = (server, connectionString, adminConnectionString);

    public string ConnectionString { get; }

    /// <summary>As a user who may grant.</summary>
    public string AdminConnectionString { get; }

    /// <summary>Skips the test where there is no such server.</summary>
    public static async Task<TestServer> StartAsync(string kind)
    {
        if (kind == "MariaDB")
        {
            var maria = await MariaDbCluster.StartAsync(replicas: 0);
            return new TestServer(maria, maria.Primary.ConnectionString, maria.Primary.AdminConnectionString);
        }

        Skip.IfNot(MySqlRelease.Oldest.IsInstalled, "There is no MySQL 5.6.");
        var mysql = await MySqlCluster.StartAsync(MySqlRelease.Oldest, replicas: 0);
        return new TestServer(mysql, mysql.Primary, mysql.Primary);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
