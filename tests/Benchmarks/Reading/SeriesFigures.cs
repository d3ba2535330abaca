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
/// against plain data sources over which the pages are spread. Each way of a measurement has a data source of its own: a pool that is used
/// more often than another is warmer, here and on the server.
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
        await using var another = Build(cluster, replicas: 1);
        await using var third = Build(cluster, replicas: 1);
        await using var three = Build(cluster, replicas: 3);
        await using var plain = ForEntityFramework(cluster.Replicas[0].ConnectionString);
        await using var control = ForEntityFramework(cluster.Replicas[0].ConnectionString);
        await using var opening = ForEntityFramework(cluster.Replicas[0].ConnectionString);
        await using var onSecond = ForEntityFramework(cluster.Replicas[1].ConnectionString);
        await using var onThird = ForEntityFramework(cluster.Replicas[2].ConnectionString);
        return
        [
            .. await DapperAsync([one, another, third], plain, control, opening),
            .. await ReadersAsync(one, plain, control),
            .. await ContextsAsync(one, plain, control, opening),
            .. await UnplannedAsync(three, [plain, onSecond, onThird]),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> DapperAsync(
        ReplicatedMySqlDataSource[] replicated,
        DbDataSource plain,
        DbDataSource control,
        DbDataSource opening
    )
    {
        var closed = new ConsistentDapperPages(new DapperPages());
        var opened = new ConsistentOpenedPages(new OpenedPages());
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.HeldAsync(plain),
            () => SeriesPage.HeldAsync(control),
            () => SeriesPage.DapperAsync(opening),
            () => closed.ReadAsync(replicated[0]),
            () => opened.ReadAsync(replicated[1]),
            async () =>
            {
                using (ReadSession.Begin(ReadConsistency.Monotonic))
                {
                    await closed.ReadAsync(replicated[2]);
                }
            }
        );
        var held = times[0].With(times[1]);
        return
        [
            Line("Dapper, opened once by hand", held, held),
            Line("Dapper, opened once by hand, second data source", times[1], held),
            Line("Dapper opens, plain", times[2], held),
            Limited("Dapper opens, planned", times[3], held, MostPlanned),
            Limited("opened for each read, planned", times[4], held, MostPlanned),
            Limited("Dapper opens, planned, in a request's session", times[5], held, MostPlanned),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> ReadersAsync(
        ReplicatedMySqlDataSource replicated,
        DbDataSource plain,
        DbDataSource control
    )
    {
        var closing = new ConsistentClosingPages(new ClosingPages());
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.HeldReadersAsync(plain),
            () => SeriesPage.HeldReadersAsync(control),
            () => closing.ReadAsync(replicated)
        );
        var held = times[0].With(times[1]);
        return
        [
            Line("readers, opened once by hand", held, held),
            Limited("readers that close the connection, planned", times[2], held, MostPlanned),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> ContextsAsync(
        ReplicatedMySqlDataSource replicated,
        DbDataSource plain,
        DbDataSource control,
        DbDataSource opening
    )
    {
        var planned = new ConsistentContextPages(new ContextPages());
        var (ours, drivers, others, opened) = (Ours(replicated), Drivers(plain), Drivers(control), Drivers(opening));
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.ContextAsync(drivers, isHeld: true),
            () => SeriesPage.ContextAsync(others, isHeld: true),
            () => SeriesPage.ContextAsync(opened, isHeld: false),
            () => planned.ReadAsync(ours)
        );
        var held = times[0].With(times[1]);
        return
        [
            Line("EF Core, opened once by hand", held, held),
            Line("EF Core opens, plain", times[2], held),
            Limited("EF Core opens, planned", times[3], held, MostPlanned),
        ];
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
            () => dapper.ReadAsync(replicated)
        );
        var contextTimes = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => SeriesPage.ContextAsync(drivers[Random.Shared.Next(plain.Length)], isHeld: false),
            () => contexts.ReadAsync(ours)
        );
        return
        [
            Line("Dapper opens, plain, spread", times[0], times[0]),
            Limited("Dapper opens, wrapped, not planned", times[1], times[0], MostUnplanned),
            Line("EF Core, plain, spread", contextTimes[0], contextTimes[0]),
            Limited("EF Core, wrapped, not planned", contextTimes[1], contextTimes[0], MostUnplanned),
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
