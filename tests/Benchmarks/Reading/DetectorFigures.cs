using System.Data.Common;
using Microsoft.Data.Sqlite;
using MonotonicReads.Benchmarks.Figures;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>What the series detector adds to a read: off, on and not in the sample, on. A read of SQLite in the process, which hides
/// nothing behind a network.</summary>
internal static class DetectorFigures
{
    private const int Reads = 100;

    public static async Task<IEnumerable<Figure>> RunAsync()
    {
        await using var server = SqliteFactory.Instance.CreateDataSource("Data Source=file:detector?mode=memory&cache=shared");
        await using var keptOpen = await server.OpenConnectionAsync();
        await using var off = Build(server, null);
        await using var unsampled = Build(server, 0);
        await using var on = Build(server, 1);
        var ways = new[] { off, unsampled, on }.Select(source => (Func<Task>)(() => ReadAsync(source))).ToArray();
        var times = await Interleaved.MeasureAsync(100, 1_000, ways);
        string[] names = ["off", "on, not in the sample", "on"];
        return names.Select(
            (name, i) => new Figure("detector", $"{Reads} opens and reads, {name}", times[i].ToString(), times[i].Against(times[0]))
        );
    }

    private static ReplicatedDataSource Build(DbDataSource server, double? rate)
    {
        var builder = new ReplicatedDataSourceBuilder().UsePrimary(server).AddReplica("r1", server);
        return (rate is { } share ? builder.UseSeriesDetector(new SeriesDetectorOptions { SampleRate = share }) : builder).Build();
    }

    private static async Task ReadAsync(ReplicatedDataSource source)
    {
        for (var i = 0; i < Reads; i++)
        {
            using var unit = SeriesUnit.Begin();
            await using var connection = await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1 FROM (SELECT 1)";
            await command.ExecuteScalarAsync();
        }
    }
}
