using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Detection;

public sealed class SeriesFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"series-{Guid.NewGuid():N}.jsonl");
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"series-{Guid.NewGuid():N}");
    private readonly ManualTime _time = new() { RingsTimers = true };

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
    public void Says_that_a_program_was_watched_which_sends_nothing()
    {
        using var set = Watching();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("start", Assert.Single(Lines()).GetProperty("type").GetString());
    }

    [Fact]
    public void Half_a_line_of_another_process_stays_alone()
    {
        File.WriteAllText(_file, """{"v":1,"type":"ser""");
        using (var set = Watching())
        {
            Read(set);
        }

        var lines = File.ReadAllLines(_file);
        Assert.Equal("""{"v":1,"type":"ser""", lines[0]);
        Assert.Equal(
            ["start", "sent"],
            lines[1..].Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("type").GetString())
        );
    }

    [Fact]
    public void One_that_is_moved_away_begins_anew_with_what_occurs_from_then_on()
    {
        using var set = Watching();
        Series(set);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(Lines(), line => TypeOf(line) == "series");

        File.Delete(_file);
        Series(set);
        _time.Advance(TimeSpan.FromMinutes(2));

        var lines = Lines();
        Assert.Equal("start", TypeOf(lines[0]));
        Assert.Equal(1, Assert.Single(lines, line => TypeOf(line) == "series").GetProperty("count").GetInt32());
    }

    [Fact]
    public void Has_the_counts_within_a_minute_though_nothing_is_disposed()
    {
        using var set = Watching();
        for (var i = 0; i < 5; i++)
        {
            Series(set);
        }

        // At once where one says more, such as another server by chance.
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.InRange(CountOf("series"), 1, 5);
        for (var i = 0; i < 60; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(5, CountOf("series"));
        Assert.Equal(10, CountOf("sent"));
    }

    [Fact]
    public void Is_written_once_it_can_be_though_it_could_not_at_first()
    {
        using var set = new SqliteReplicaSet(builder =>
            builder
                .UseTimeProvider(_time)
                .UseSeriesDetector(new SeriesDetectorOptions { ReportFile = Path.Combine(_folder, "series.jsonl") })
        );
        Series(set);
        _time.Advance(TimeSpan.FromSeconds(2));
        Directory.CreateDirectory(_folder);
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(
            ["start", "sent", "series"],
            File.ReadAllLines(Path.Combine(_folder, "series.jsonl"))
                .Select(static line => TypeOf(JsonDocument.Parse(line).RootElement))
                .Take(3)
        );
        Assert.Single(set.Log.Records, record => record.Id.Id == 38);
    }

    [Fact]
    public void A_place_says_after_which_it_is_at_fault()
    {
        using (var set = Watching())
        {
            using (SeriesUnit.Begin())
            {
                Read(set);
                Again(set, 1);
            }

            using (SeriesUnit.Begin())
            {
                Read(set);
                Again(set, 3);
            }
        }

        var series = Lines().Where(line => TypeOf(line) == "series").Select(static line => line.GetProperty("sites")).ToList();
        Assert.Equal(2, series.Count);
        Assert.False(series[0][0].TryGetProperty("after", out _));
        Assert.Equal("[0]", series[0][1].GetProperty("after").GetRawText());
        Assert.Equal(1, series[0][1].GetProperty("faults").GetInt32());
        // A loop that ran once at first and meets itself later.
        Assert.Equal("[0,1]", series[1][1].GetProperty("after").GetRawText());
        Assert.Equal(3, series[1][1].GetProperty("statements").GetInt32());
    }

    [Fact]
    public void Reads_on_one_connection_are_not_after_one_another_and_those_of_a_session_neither()
    {
        using (var set = Watching())
        {
            using (SeriesUnit.Begin())
            {
                Read(set);
                using var connection = set.Source.OpenConnection();
                OnOne(connection);
                OnOne(connection);
            }

            using (SeriesUnit.Begin())
            {
                Read(set);
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                Again(set, 2);
            }
        }

        var series = Lines().Where(line => TypeOf(line) == "series").Select(static line => line.GetProperty("sites")).ToList();
        Assert.Equal("[0]", series[0][1].GetProperty("after").GetRawText());
        Assert.Equal(2, series[0][1].GetProperty("faults").GetInt32());
        Assert.Equal("session", series[1][1].GetProperty("way").GetString());
        Assert.Equal("[0]", series[1][1].GetProperty("after").GetRawText());
    }

    [Fact]
    public void A_lambda_says_where_it_stands_and_a_member_does_not()
    {
        using (var set = Watching())
        {
            var read = () => Read(set);
            read();
            Read(set);
        }

        var sent = Lines().Where(line => TypeOf(line) == "sent").ToList();
        Assert.Matches(@"^SeriesFileTests\.cs:\d+:\d+$", sent[0].GetProperty("at")[1].GetString());
        Assert.Equal(JsonValueKind.Null, sent[0].GetProperty("at")[0].ValueKind);
        Assert.False(sent[1].TryGetProperty("at", out _));
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

    public void Dispose()
    {
        File.Delete(_file);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Read(SqliteReplicaSet set)
    {
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        command.ExecuteScalar();
    }

    private static void Series(SqliteReplicaSet set)
    {
        using var unit = SeriesUnit.Begin();
        Read(set);
        Read(set);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Again(SqliteReplicaSet set, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var connection = set.Source.OpenConnection();
            using var command = connection.CreateCommand();
            command.CommandText = SqliteReplicaSet.WhoAmI;
            command.ExecuteScalar();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnOne(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        command.ExecuteScalar();
    }

    private static string TypeOf(JsonElement line) => line.GetProperty("type").GetString()!;

    private int CountOf(string type) =>
        Lines().Where(line => TypeOf(line) == type).Sum(static line => line.GetProperty("count").GetInt32());

    private SqliteReplicaSet Watching() =>
        new(builder => builder.UseTimeProvider(_time).UseSeriesDetector(new SeriesDetectorOptions { ReportFile = _file }));

    private List<JsonElement> Lines() => [.. File.ReadAllLines(_file).Select(static line => JsonDocument.Parse(line).RootElement)];
}
