using System.Data.Common;
using Dapper;
using Microsoft.EntityFrameworkCore;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MonotonicReads.EntityFrameworkCore;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// Planned series as programs write them, each against the same page on a connection that is opened once, by hand; and unplanned ones
/// against plain data sources over which the pages are spread.
/// </summary>
internal static class SeriesFigures
{
    private const int WarmUpRounds = 1_000;
    private const int Rounds = 5_000;
    private const double MostPlanned = 1.05;
    private const double MostUnplanned = 1.02;

    private static readonly ServerVersion Version = ServerVersion.Create(
        new Version(10, 11),
        Pomelo.EntityFrameworkCore.MySql.Infrastructure.ServerType.MariaDb
    );

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 3);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(SeriesPage.Schema);
        }

        await cluster.WaitForReplicasAsync();
        await using var one = Build(cluster, replicas: 1);
        await using var three = Build(cluster, replicas: 3);
        var plain = cluster.Replicas.Select(static replica => ForEntityFramework(replica.ConnectionString)).ToArray();
        IReadOnlyList<Figure> figures =
        [
            .. await DapperAsync(one, plain[0]),
            .. await ReadersAsync(one, plain[0]),
            .. await ContextsAsync(one, plain[0]),
            .. await UnplannedAsync(three, plain),
        ];
        foreach (var source in plain)
        {
            await source.DisposeAsync();
        }

        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> DapperAsync(ReplicatedMySqlDataSource replicated, DbDataSource plain)
    {
        var closed = new ConsistentDapperPages(new DapperPages());
        var opened = new ConsistentOpenedPages(new OpenedPages());
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.HeldAsync(plain),
            () => SeriesPage.DapperAsync(plain),
            () => closed.ReadAsync(replicated),
            () => opened.ReadAsync(replicated),
            async () =>
            {
                using (ReadSession.Begin(ReadConsistency.Monotonic))
                {
                    await closed.ReadAsync(replicated);
                }
            }
        );
        return
        [
            Line("Dapper, opened once by hand", times[0], times[0]),
            Line("Dapper opens, plain", times[1], times[0]),
            Limited("Dapper opens, planned", times[2], times[0], MostPlanned),
            Limited("opened for each read, planned", times[3], times[0], MostPlanned),
            Limited("Dapper opens, planned, in a request's session", times[4], times[0], MostPlanned),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> ReadersAsync(ReplicatedMySqlDataSource replicated, DbDataSource plain)
    {
        var closing = new ConsistentClosingPages(new ClosingPages());
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.HeldReadersAsync(plain),
            () => closing.ReadAsync(replicated)
        );
        return
        [
            Line("readers, opened once by hand", times[0], times[0]),
            Limited("readers that close the connection, planned", times[1], times[0], MostPlanned),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> ContextsAsync(ReplicatedMySqlDataSource replicated, DbDataSource plain)
    {
        var planned = new ConsistentContextPages(new ContextPages());
        var (ours, drivers) = (Ours(replicated), Drivers(plain));
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.ContextAsync(drivers, isHeld: true),
            () => planned.ReadAsync(ours)
        );
        return [Line("EF Core, opened once by hand", times[0], times[0]), Limited("EF Core, planned", times[1], times[0], MostPlanned)];
    }

    private static async Task<IReadOnlyList<Figure>> UnplannedAsync(ReplicatedMySqlDataSource replicated, DbDataSource[] plain)
    {
        var dapper = new ConsistentUnplannedDapperPages(new UnplannedDapperPages());
        var contexts = new ConsistentUnplannedContextPages(new UnplannedContextPages());
        var ours = Ours(replicated);
        var drivers = plain.Select(Drivers).ToArray();
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.DapperAsync(plain[Random.Shared.Next(plain.Length)]),
            () => dapper.ReadAsync(replicated),
            () => SeriesPage.ContextAsync(drivers[Random.Shared.Next(plain.Length)], isHeld: false),
            () => contexts.ReadAsync(ours)
        );
        return
        [
            Line("Dapper opens, plain, spread", times[0], times[0]),
            Limited("Dapper opens, wrapped, not planned", times[1], times[0], MostUnplanned),
            Line("EF Core, plain, spread", times[2], times[2]),
            Limited("EF Core, wrapped, not planned", times[3], times[2], MostUnplanned),
        ];
    }

    internal static ReplicatedMySqlDataSource Build(MariaDbCluster cluster, int replicas, string options = "")
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString).ForPomelo();
        foreach (var server in cluster.Replicas.Take(replicas))
        {
            builder.AddReplica(server.Name, server.ConnectionString + options);
        }

        return builder.Build();
    }

    // As Pomelo wants it, so that all ways have the same.
    internal static MySqlDataSource ForEntityFramework(string connectionString) =>
        new(connectionString + ";AllowUserVariables=True;UseAffectedRows=False");

    private static DbContextOptions<SeriesContext> Ours(ReplicatedMySqlDataSource source) =>
        new DbContextOptionsBuilder<SeriesContext>().UseReplicatedMySql(source, Version).Options;

    private static DbContextOptions<SeriesContext> Drivers(DbDataSource source) =>
        new DbContextOptionsBuilder<SeriesContext>().UseMySql(source, Version).Options;

    private static Figure Line(string what, Interleaved way, Interleaved against) =>
        new("Series", $"four reads, {what}", way.ToString(), way.Against(against));

    private static Figure Limited(string what, Interleaved way, Interleaved against, double most) =>
        Line(what, way, against) with
        {
            Target = $"at most {most}",
            IsMet = way.Microseconds / against.Microseconds <= most,
        };
}
