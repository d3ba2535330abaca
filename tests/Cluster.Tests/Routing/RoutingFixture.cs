using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// A cluster, and the data source under test over it with weights 1, 2 and 3. The table <c>this_server</c> has another row
/// on every server, so that each answer says where it comes from; the function <c>this_connection</c> says on which connection.
/// </summary>
public class RoutingFixture : IAsyncLifetime
{
    public const string WhoAnswers = "select name from this_server";

    /// <summary>innodb_flush_log_at_trx_commit of all servers: with 0 one that is killed loses its last second.</summary>
    protected virtual int FlushLogAtCommit => 0;

    private MariaDbCluster? _cluster;
    private ReplicatedMySqlDataSource? _source;

    public MariaDbCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not been started.");

    public ReplicatedMySqlDataSource Source => _source ?? throw new InvalidOperationException("The data source has not been built.");

    /// <summary>The replicas as the data source knows them, all available.</summary>
    public WeightedReplica[] Replicas { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 3, [$"--innodb-flush-log-at-trx-commit={FlushLogAtCommit}"]);
        await using (var connection = new MySqlConnection(_cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(
                """
                create table this_server (name varchar(20) primary key);
                create table writes (id bigint auto_increment primary key, server varchar(20) not null, note varchar(60));
                create procedure add_write(in p varchar(60)) insert into writes (server, note) select name, p from this_server;
                """
            );
        }

        await using (var connection = new MySqlConnection(_cluster.Primary.AdminConnectionString))
        {
            await connection.ExecuteAsync("create function app.this_connection() returns bigint no sql return connection_id()");
        }

        await _cluster.WaitForReplicasAsync();
        foreach (var server in _cluster.Replicas.Prepend(_cluster.Primary))
        {
            await using var connection = new MySqlConnection(server.AdminConnectionString);
            // One flushed commit takes all before it to the disk: a replica that is killed at once would otherwise come back with
            // the tables, which are always flushed, at a position before them, and fail to create them again.
            await connection.ExecuteAsync(
                "set global innodb_flush_log_at_trx_commit = 1; set sql_log_bin = 0; insert into this_server values (@Name); set global innodb_flush_log_at_trx_commit = @FlushLogAtCommit",
                new { server.Name, FlushLogAtCommit }
            );
        }

        _source = BuildSource();
        Replicas = _cluster.Replicas.Select((replica, index) => new WeightedReplica(replica.Name, index + 1, IsAvailable: true)).ToArray();
    }

    public async Task DisposeAsync()
    {
        await Source.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    /// <summary>The data source under test. Its deadlines are <see cref="PatientTime"/>'s: a test of servers that stand still, or of a
    /// monitor, takes the machine's own clock.</summary>
    public ReplicatedMySqlDataSource BuildSource(
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder>? configure = null,
        uint? maximumPoolSize = null,
        string primaryOptions = "",
        string replicaOptions = ""
    )
    {
        var builder = (configure ?? (b => b))(new ReplicatedMySqlDataSourceBuilder().UseTimeProvider(new PatientTime()))
            .UsePrimary($"{Cluster.Primary.ConnectionString};{primaryOptions}");
        foreach (var (replica, index) in Cluster.Replicas.Select((replica, index) => (replica, index)))
        {
            // Another text is another replica: one that is added later must be able to have the same.
            var connectionString = maximumPoolSize is { } size
                ? new MySqlConnectionStringBuilder(replica.ConnectionString) { MaximumPoolSize = size }.ConnectionString
                : replica.ConnectionString;
            connectionString += replicaOptions.Length > 0 ? $";{replicaOptions}" : "";
            builder.AddReplica(replica.Name, connectionString, weight: index + 1);
        }

        return builder.Build();
    }

    /// <summary>The server that answers one read on a connection of its own.</summary>
    public Task<string> AskAsync() => AskAsync(Source);

    public static async Task<string> AskAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.QuerySingleAsync<string>(WhoAnswers);
    }

    /// <summary>A session id whose draw is this replica.</summary>
    public Guid SessionOn(MariaDbServer replica) =>
        Enumerable
            .Range(0, 10_000)
            .Select(_ => Guid.NewGuid())
            .First(id => Replicas[ReplicaSelectors.WeightedModulo.Select(id, Replicas)].Name == replica.Name);

    /// <summary>A session key whose draw is this replica.</summary>
    public string KeyOn(MariaDbServer replica) =>
        Enumerable
            .Range(0, 10_000)
            .Select(_ => Guid.NewGuid().ToString())
            .First(key => Replicas[ReplicaSelectors.WeightedModulo.Select(SessionKey.ToGuid(key), Replicas)].Name == replica.Name);
}
