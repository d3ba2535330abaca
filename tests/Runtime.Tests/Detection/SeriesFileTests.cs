using System.Text.Json;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Detection;

public sealed class SeriesFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"series-{Guid.NewGuid():N}.jsonl");

    [Fact]
    public void Has_who_wrote_each_series_and_each_place_and_counts_that_add_up()
    {
        using (var set = Watching())
        {
            for (var i = 0; i < 3; i++)
            {
                using var unit = SeriesUnit.Begin();
                Read(set);
                Read(set);
            }
        }

        var lines = Lines();
        Assert.Equal("start", lines[0].GetProperty("type").GetString());
        Assert.Equal("connection", lines[0].GetProperty("routing").GetString());
        var series = lines.Where(line => line.GetProperty("type").GetString() == "series").ToList();
        Assert.Equal(3, series.Sum(line => line.GetProperty("count").GetInt32()));
        Assert.All(series, line => Assert.Equal("severalServers", line.GetProperty("kind").GetString()));
        Assert.All(series, line => Assert.Equal("code", line.GetProperty("unit").GetString()));
        var sent = lines.Where(line => line.GetProperty("type").GetString() == "sent").ToList();
        Assert.Equal(6, sent.Sum(line => line.GetProperty("count").GetInt32()));
        Assert.All(
            sent,
            line =>
                Assert.Equal(
                    "M:MonotonicReads.Runtime.Tests.Detection.SeriesFileTests.Read(MonotonicReads.Runtime.Tests.Support.SqliteReplicaSet)",
                    line.GetProperty("methods")[0].GetString()
                )
        );
    }

    [Fact]
    public void Is_appended_to_by_several_at_once()
    {
        Parallel.For(
            0,
            8,
            _ =>
            {
                using var set = Watching();
                using var unit = SeriesUnit.Begin();
                Read(set);
                Read(set);
            }
        );
        var lines = Lines();
        Assert.Equal(8, lines.Count(line => line.GetProperty("type").GetString() == "start"));
    }

    [Fact]
    public void One_that_cannot_be_written_is_told_once_and_breaks_nothing()
    {
        using var set = new SqliteReplicaSet(builder =>
            builder.UseSeriesDetector(new SeriesDetectorOptions { ReportFile = Path.Combine(_file, "in", "none") })
        );
        Read(set);
        set.Source.Dispose();
        Assert.Single(set.Log.Records, record => record.Id.Id == 38);
    }

    public void Dispose() => File.Delete(_file);

    private static void Read(SqliteReplicaSet set)
    {
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        command.ExecuteScalar();
    }

    private SqliteReplicaSet Watching() => new(builder => builder.UseSeriesDetector(new SeriesDetectorOptions { ReportFile = _file }));

    private List<JsonElement> Lines() => [.. File.ReadAllLines(_file).Select(static line => JsonDocument.Parse(line).RootElement)];
}
