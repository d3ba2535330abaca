using System.Globalization;
using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Monitoring;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>What the monitor's look at a server costs there: the questions, by the server's own count, and processor time.</summary>
/// <param name="Questions">How many questions a look asks.</param>
/// <param name="Processor">What it takes of a processor at the server.</param>
internal sealed record MeasuredLook(double Questions, TimeSpan Processor)
{
    private const int WarmUp = 100;
    private const int Looks = 4_000;

    /// <summary>Looks at the primary and at a replica of a MariaDB cluster, many times.</summary>
    public static async Task<(MeasuredLook Primary, MeasuredLook Replica)> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        await cluster.WaitForReplicasAsync();
        var replica = cluster.Replicas[0];
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(cluster.Primary.ConnectionString)
            .AddReplica(replica.Name, replica.ConnectionString)
            .Build();
        return (await OfAsync(source, source.PrimaryServer, cluster.Primary), await OfAsync(source, source.Replicas[0], replica));
    }

    private static async Task<MeasuredLook> OfAsync(ReplicatedMySqlDataSource source, RoutedServer server, MariaDbServer process)
    {
        var routed = source.Routed;
        var look = new ServerLook(
            routed.Primary,
            routed.Divergence,
            routed.Progress,
            routed.Age,
            routed.Time,
            heartbeatQuery: null,
            TimeSpan.FromSeconds(10),
            openAlone: null
        );
        var watch = new Watch(server, new LagRule(most: null, isByHeartbeat: false, routed.Time));
        for (var i = 0; i < WarmUp; i++)
        {
            await look.AskAsync(watch);
        }

        await using var counting = new MySqlConnection(process.AdminConnectionString);
        await counting.OpenAsync();
        var none = await QuestionsAsync(counting);
        none = await QuestionsAsync(counting) - none;
        var (questions, used) = (await QuestionsAsync(counting), ProcessorTime.Of(process.ProcessId));
        for (var i = 0; i < Looks; i++)
        {
            await look.AskAsync(watch);
        }

        used = ProcessorTime.Of(process.ProcessId) - used;
        questions = await QuestionsAsync(counting) - questions - none;
        return new((double)questions / Looks, used / Looks);
    }

    private static async Task<long> QuestionsAsync(MySqlConnection connection) =>
        long.Parse(
            (await connection.QuerySingleAsync<(string, string Value)>("SHOW GLOBAL STATUS LIKE 'Questions'")).Value,
            CultureInfo.InvariantCulture
        );
}
