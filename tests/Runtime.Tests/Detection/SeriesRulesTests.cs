using System.Data.Common;
using System.Diagnostics;

namespace MonotonicReads.Runtime.Tests.Detection;

/// <summary>What is a series, and what is told of it.</summary>
public sealed class SeriesRulesTests
{
    [Theory]
    [InlineData(ReadConsistency.Global, 0)]
    [InlineData(ReadConsistency.Monotonic, 1)]
    [InlineData(ReadConsistency.Causal, 1)]
    public void Global_shows_a_write_that_no_session_knows_of_and_no_other_level_does(ReadConsistency level, int found)
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            watched.Write();
            using var session = ReadSession.Begin(level);

            // Where servers tell no position it reads on the primary; what is judged is its level.
            Watch(watched, session, isRead: true, writes: false);
        }

        Assert.Equal(found, watched.Found.Count);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_session_from_the_token_of_the_one_that_wrote_goes_on_with_it(bool isItsToken, int found)
    {
        using var watched = new Watched();
        var (writer, reader) = (new object(), new object());
        var id = Guid.NewGuid();
        using (SeriesUnit.Begin())
        {
            var watch = watched.Source.CreateConnection().Routed.Watch!;
            watch.Sending();
            watch.Sent(
                "primary",
                isPrimary: true,
                new(writer, id, null, SeesOwnWrites: true, SeesAllWrites: false),
                isRead: false,
                writes: true
            );
            watch.Ran();
            watch.Sending();
            watch.Sent(
                "r1",
                isPrimary: false,
                new(reader, id, isItsToken ? id : Guid.NewGuid(), SeesOwnWrites: true, SeesAllWrites: false),
                isRead: true,
                writes: false
            );
            watch.Ran();
        }

        Assert.Equal(found, watched.Found.Count);
    }

    [Fact]
    public void What_a_write_returns_is_no_read()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            WriteReturning(watched);
            watched.Read();
        }

        // Its only read came after the write, which is what is told; no two reads are held against one another.
        Assert.Equal(ReadSeriesKind.ReadAfterWrite, Assert.Single(watched.Found).Kind);
        using (SeriesUnit.Begin())
        {
            watched.Read();
            WriteReturning(watched);
        }

        Assert.Single(watched.Found);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(600)]
    public void A_fault_behind_many_statements_is_told(int times)
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            using (var connection = watched.Source.OpenConnection())
            {
                for (var i = 0; i < times; i++)
                {
                    SqliteReplicaSet.AskOn(connection);
                }
            }

            Last(watched);
        }

        var found = Assert.Single(watched.Found);
        Assert.Contains(found.CallSites, static site => site.Methods[1].Contains(nameof(Last), StringComparison.Ordinal));
        Assert.InRange(found.Statements, 2, 512);
    }

    [Fact]
    public void Many_statements_on_one_connection_are_none()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            using var connection = watched.Source.OpenConnection();
            for (var i = 0; i < 600; i++)
            {
                SqliteReplicaSet.AskOn(connection);
            }
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void A_statement_that_is_sent_again_is_one_and_ran_where_it_was_answered()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            var watch = watched.Source.CreateConnection().Routed.Watch!;
            watch.Opening();
            watch.Sending();
            watch.Sent("r1", isPrimary: false, session: null, isRead: true, writes: false);
            watch.Opening();
            watch.Sent("r2", isPrimary: false, session: null, isRead: true, writes: false);
            watch.Ran();
        }

        Assert.Empty(watched.Found);
        using (SeriesUnit.Begin())
        {
            var watch = watched.Source.CreateConnection().Routed.Watch!;
            for (var i = 0; i < 2; i++)
            {
                watch.Opening();
                watch.Sending();
                watch.Sent("r1", isPrimary: false, session: null, isRead: true, writes: false);
                watch.Ran();
            }
        }

        Assert.Equal(2, Assert.Single(watched.Found).Statements);
    }

    [Fact]
    public void What_failed_has_shown_nothing_and_written_nothing()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            Assert.ThrowsAny<DbException>(() => watched.Write("INSERT INTO nothing VALUES (1)"));
            Assert.ThrowsAny<DbException>(() => watched.Set.Ask("SELECT name FROM nothing"));
            watched.Read();
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void A_statement_that_was_not_routed_is_not_the_next_ones()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            var watch = watched.Source.CreateConnection().Routed.Watch!;
            watch.Sending();
            watch.Sent("r1", isPrimary: false, session: null, isRead: true, writes: false);
            watch.Sending();
            watch.Ran();
            watch.Ran();
            watched.Read();
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void A_write_behind_the_read_at_fault_is_no_part_of_it()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            watched.Write();
            watched.Read();
            Later(watched);
        }

        var found = Assert.Single(watched.Found);
        Assert.DoesNotContain(found.CallSites, static site => site.Methods[1].Contains(nameof(Later), StringComparison.Ordinal));
        Assert.Equal(2, found.Statements);
    }

    [Fact]
    public void Of_the_same_methods_in_another_order_nothing_is_said_again()
    {
        var file = Path.Combine(Path.GetTempPath(), $"series-{Guid.NewGuid():N}.jsonl");
        try
        {
            using var watched = new Watched(options => options.ReportFile = file);
            Action<Watched>[] reads = [One, Two, Three];
            foreach (var order in new[] { (0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0) })
            {
                using var unit = SeriesUnit.Begin();
                reads[order.Item1](watched);
                reads[order.Item2](watched);
                reads[order.Item3](watched);
            }

            Assert.Equal(6, watched.AtEnd().Count);
            Assert.Equal(1, watched.Logged(36));
            // The first three of another order say of more places that they meet, the last line has the rest of the counts.
            Assert.Equal(5, File.ReadLines(file).Count(static line => line.Contains("\"type\":\"series\"", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Other_methods_are_said_but_not_each_of_thousands_of_sets()
    {
        using var watched = new Watched();
        Action<Watched>[] reads = [One, Two, Three, Last, Four, Five];
        for (var set = 1; set < 64; set++)
        {
            using var unit = SeriesUnit.Begin();
            for (var i = 0; i < reads.Length; i++)
            {
                if ((set >> i & 1) == 1)
                {
                    reads[i](watched);
                }
            }
        }

        // 57 of them have two reads or more; each place at fault is in eight.
        Assert.Equal(57, watched.AtEnd().Count);
        Assert.InRange(watched.Logged(36), 8, 8 * reads.Length);
    }

    [Fact]
    public void A_place_that_sends_several_later_has_its_several_in_the_file()
    {
        var file = Path.Combine(Path.GetTempPath(), $"series-{Guid.NewGuid():N}.jsonl");
        try
        {
            using var watched = new Watched(options => options.ReportFile = file);
            foreach (var times in new[] { 1, 5, 6 })
            {
                using var unit = SeriesUnit.Begin();
                One(watched);
                for (var i = 0; i < times; i++)
                {
                    Two(watched);
                }
            }

            watched.AtEnd();
            var lines = File.ReadAllLines(file)
                .Where(static line => line.Contains("\"type\":\"series\"", StringComparison.Ordinal))
                .ToList();
            Assert.Contains("\"statements\":1", lines[0], StringComparison.Ordinal);
            Assert.DoesNotContain("\"statements\":5", lines[0], StringComparison.Ordinal);
            Assert.Contains(lines, static line => line.Contains("\"statements\":5", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void What_runs_on_after_its_activity_is_another_unit()
    {
        using var watched = new Watched();
        var request = new Activity("request").Start();
        watched.Read();
        request.Stop();
        Activity.Current = request;
        watched.Read();
        Activity.Current = null;
        Assert.Empty(watched.AtEnd());
    }

    [Fact]
    public async Task What_runs_beside_its_activity_is_in_it()
    {
        using var watched = new Watched();
        using (new Activity("request").Start())
        {
            watched.Read();
            await Task.Run(watched.ReadAsync);
        }

        Assert.Equal(SeriesUnitKind.Activity, Assert.Single(watched.AtEnd()).Unit);
    }

    [Fact]
    public void What_traces_a_statement_without_being_a_clients_is_no_unit()
    {
        using var watched = new Watched();
        using var connection = watched.Source.CreateConnection();
        for (var i = 0; i < 2; i++)
        {
            using var span = new Activity("db.query").AddTag("db.system", "mysql").Start();
            connection.Open();
            SqliteReplicaSet.AskOn(connection);
            connection.Close();
        }

        Assert.Equal(SeriesUnitKind.Flow, Assert.Single(watched.AtEnd()).Unit);
    }

    [Fact]
    public void A_unit_that_spans_a_loop_keeps_nothing_of_the_turns_that_were_told()
    {
        var time = new ManualTime { RingsTimers = true };
        using var watched = new Watched(options => options.UnitTimeout = TimeSpan.FromSeconds(1), time);
        using (SeriesUnit.Begin())
        {
            for (var turn = 0; turn < 20; turn++)
            {
                One(watched);
                Two(watched);
                time.Advance(TimeSpan.FromSeconds(2));
            }

            Assert.Equal(20, watched.Found.Count);
        }

        Assert.Equal(20, watched.Found.Count);
    }

    [Fact]
    public void A_handler_is_not_called_inside_a_read_that_finds_another_unit_over()
    {
        var time = new ManualTime { RingsTimers = true };
        using var watched = new Watched(options => options.UnitTimeout = TimeSpan.FromSeconds(10), time);
        var isReading = false;
        var toldInside = false;
        watched.Source.SeriesDetected += (_, _) => toldInside |= isReading;
        using var activity = new Activity("job").Start();
        One(watched);
        Two(watched);
        SilentAdvance(time, TimeSpan.FromSeconds(10));
        isReading = true;
        One(watched);
        isReading = false;
        Assert.Empty(watched.Found);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(watched.Found);
        Assert.False(toldInside);
    }

    // Longer than the timer waits, and it has not come to it yet.
    private static void SilentAdvance(ManualTime time, TimeSpan by) => time.AdvanceWithoutTimers(by);

    private static void Watch(Watched watched, ReadSession session, bool isRead, bool writes)
    {
        var watch = watched.Source.CreateConnection().Routed.Watch!;
        watch.Sending();
        watch.Sent(
            "r1",
            isPrimary: false,
            new(session.Root, session.Id, null, session.SeesOwnWrites, session.Consistency == ReadConsistency.Global),
            isRead,
            writes
        );
        watch.Ran();
    }

    private static void WriteReturning(Watched watched)
    {
        using var connection = watched.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO item (name) VALUES ('a') RETURNING id";
        Assert.NotNull(command.ExecuteScalar());
    }

    private static void One(Watched watched) => Direct(watched);

    private static void Two(Watched watched) => Direct(watched);

    private static void Three(Watched watched) => Direct(watched);

    private static void Four(Watched watched) => Direct(watched);

    private static void Five(Watched watched) => Direct(watched);

    private static void Last(Watched watched) => Direct(watched);

    private static void Direct(Watched watched)
    {
        using var connection = watched.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        command.ExecuteScalar();
    }

    private static void Later(Watched watched) => watched.Write();
}
