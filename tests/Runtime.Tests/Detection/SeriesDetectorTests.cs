using System.Diagnostics;
using System.Diagnostics.Metrics;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Detection;

public sealed class SeriesDetectorTests
{
    private const string Put = "INSERT INTO item (name) VALUES ('a')";

    [Fact]
    public void Off_by_default()
    {
        using var set = new SqliteReplicaSet();
        Assert.Null(set.Source.Routed.Detector);
        using var connection = set.Source.CreateConnection();
        Assert.Null(connection.Routed.Watch);
    }

    [Fact]
    public void Two_reads_of_a_unit_on_two_connections_are_a_series_with_both_methods()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            First(watched.Set);
            Second(watched.Set);
            Assert.Empty(watched.Found);
        }

        var found = Assert.Single(watched.Found);
        Assert.Equal(ReadSeriesKind.SeveralServers, found.Kind);
        Assert.Equal(SeriesUnitKind.Code, found.Unit);
        Assert.Equal(2, found.Statements);
        Assert.Equal([Id(nameof(First)), Id(nameof(Second))], found.CallSites.Select(site => site.Methods[0]));
        Assert.All(
            found.CallSites,
            site =>
                Assert.Equal(
                    "M:MonotonicReads.Runtime.Tests.Detection.SeriesDetectorTests."
                        + nameof(Two_reads_of_a_unit_on_two_connections_are_a_series_with_both_methods),
                    site.Methods[1]
                )
        );
    }

    [Fact]
    public void One_read_is_none()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            First(watched.Set);
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void Reads_of_two_units_are_none()
    {
        using var watched = new Watched();
        for (var i = 0; i < 2; i++)
        {
            using var unit = SeriesUnit.Begin();
            First(watched.Set);
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void Reads_on_one_open_connection_reach_one_server_and_are_none()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            using var connection = watched.Set.Source.OpenConnection();
            SqliteReplicaSet.AskOn(connection);
            SqliteReplicaSet.AskOn(connection);
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void A_connection_that_is_opened_for_each_read_is_a_series()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            using var connection = watched.Set.Source.CreateConnection();
            for (var i = 0; i < 2; i++)
            {
                connection.Open();
                SqliteReplicaSet.AskOn(connection);
                connection.Close();
            }
        }

        Assert.Single(Assert.Single(watched.Found).CallSites);
    }

    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Primary)]
    public void Reads_in_a_session_are_none(ReadConsistency level)
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        using (ReadSession.Begin(level))
        {
            First(watched.Set);
            Second(watched.Set);
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void Two_sessions_are_not_held_against_one_another()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            for (var i = 0; i < 2; i++)
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                First(watched.Set);
            }
        }

        Assert.Empty(watched.Found);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_read_outside_a_session_and_one_in_it_meet(bool outsideFirst)
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            if (outsideFirst)
            {
                First(watched.Set);
            }

            using (ReadSession.Begin(ReadConsistency.Monotonic))
            {
                Second(watched.Set);
            }

            if (!outsideFirst)
            {
                First(watched.Set);
            }
        }

        Assert.Equal(2, Assert.Single(watched.Found).CallSites.Count);
    }

    [Fact]
    public void A_read_on_the_primary_is_observed_and_never_at_fault()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            First(watched.Set);
            OnPrimary(watched.Set);
        }

        Assert.Empty(watched.Found);
        using (SeriesUnit.Begin())
        {
            OnPrimary(watched.Set);
            First(watched.Set);
        }

        Assert.Contains("primary", Assert.Single(watched.Found).Servers);
    }

    [Fact]
    public void Reads_of_one_transaction_are_one_unit()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            using var connection = watched.Set.Source.OpenConnection();
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = SqliteReplicaSet.WhoAmI;
            command.ExecuteScalar();
            command.ExecuteScalar();
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void A_read_on_a_replica_after_a_write_is_told_with_the_write()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            Write(watched.Set);
            First(watched.Set);
        }

        var found = Assert.Single(watched.Found);
        Assert.Equal(ReadSeriesKind.ReadAfterWrite, found.Kind);
        Assert.Equal(
            [(Id(nameof(Write)), true), (Id(nameof(First)), false)],
            found.CallSites.Select(site => (site.Methods[0], site.IsWrite))
        );
    }

    [Fact]
    public void A_write_after_a_read_and_a_read_on_the_primary_after_it_are_none()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            First(watched.Set);
            Write(watched.Set);
            OnPrimary(watched.Set);
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void A_lock_is_no_write()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            using (var connection = watched.Set.Source.OpenConnection())
            {
                // SQLite knows no FOR UPDATE; what is not proven to be a plain read is sent to the primary just so.
                Assert.Equal("primary", SqliteReplicaSet.AskOn(connection, "SELECT name FROM server WHERE last_insert_rowid() >= 0"));
            }

            First(watched.Set);
        }

        Assert.Equal(ReadSeriesKind.SeveralServers, Assert.Single(watched.Found).Kind);
    }

    [Fact]
    public void Monotonic_does_not_quiet_a_read_after_a_write_and_causal_does_where_it_knows_the_write()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        using (ReadSession.Begin(ReadConsistency.Causal))
        {
            Write(watched.Set);
            First(watched.Set);
        }

        Assert.Empty(watched.Found);
        using (SeriesUnit.Begin())
        {
            Write(watched.Set);
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            First(watched.Set);
        }

        Assert.Equal(ReadSeriesKind.ReadAfterWrite, Assert.Single(watched.Found).Kind);
    }

    [Fact]
    public void What_an_eventual_method_reads_is_accepted()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            First(watched.Set);
            Accepted(watched.Set);
            new OfContract(watched.Set).Get();
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void An_activity_is_a_unit_up_to_the_outermost_of_the_process()
    {
        using var watched = new Watched();
        using (Started("request"))
        {
            using (Started("one"))
            {
                First(watched.Set);
            }

            using (Started("two"))
            {
                Second(watched.Set);
            }
        }

        using (Started("another"))
        {
            First(watched.Set);
        }

        watched.Set.Source.Dispose();
        Assert.Equal(SeriesUnitKind.Activity, Assert.Single(watched.Found).Unit);
    }

    [Fact]
    public void What_traces_each_statement_makes_no_units()
    {
        using var watched = new Watched();
        using (var connection = watched.Set.Source.CreateConnection())
        {
            for (var i = 0; i < 2; i++)
            {
                using var call = new Activity("SELECT");
                using var source = new ActivitySource("a driver's");
                using var listener = Listener();
                ActivitySource.AddActivityListener(listener);
                using var span = source.StartActivity("SELECT", ActivityKind.Client);
                Assert.NotNull(span);
                connection.Open();
                SqliteReplicaSet.AskOn(connection);
                connection.Close();
            }
        }

        watched.Set.Source.Dispose();
        Assert.Equal(SeriesUnitKind.Flow, Assert.Single(watched.Found).Unit);
    }

    [Fact]
    public async Task The_flow_is_the_asynchronous_method_that_creates_the_connection_and_what_it_calls()
    {
        using var watched = new Watched();
        await Page(watched.Set);
        watched.Set.Source.Dispose();
        var found = Assert.Single(watched.Found);
        Assert.Equal(SeriesUnitKind.Flow, found.Unit);
        Assert.Equal(
            "M:MonotonicReads.Runtime.Tests.Detection.SeriesDetectorTests."
                + nameof(The_flow_is_the_asynchronous_method_that_creates_the_connection_and_what_it_calls)
                + "~Page",
            Assert.Single(found.CallSites).Methods[0]
        );

        static async Task Page(SqliteReplicaSet set)
        {
            for (var i = 0; i < 2; i++)
            {
                await using var connection = await set.Source.OpenConnectionAsync();
                await Task.Yield();
                await using var command = connection.CreateCommand();
                command.CommandText = SqliteReplicaSet.WhoAmI;
                await command.ExecuteScalarAsync();
            }
        }
    }

    [Fact]
    public async Task Without_a_unit_or_an_activity_methods_that_each_create_their_connection_are_not_seen_together()
    {
        using var watched = new Watched();
        await watched.Set.AskAsync();
        await watched.Set.AskAsync();
        watched.Set.Source.Dispose();
        Assert.Empty(watched.Found);
    }

    [Fact]
    public async Task Concurrent_reads_of_a_unit_meet()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            await Task.WhenAll(watched.Set.AskAsync(), watched.Set.AskAsync());
        }

        Assert.Single(watched.Found);
    }

    [Fact]
    public void A_unit_that_nobody_ends_ends_when_nothing_was_read_for_its_time()
    {
        using var watched = new Watched(options => options.UnitTimeout = TimeSpan.FromSeconds(10));
        using var connection = watched.Set.Source.CreateConnection();
        Read();
        watched.Set.Time.Advance(TimeSpan.FromSeconds(10));
        Read();
        watched.Set.Source.Dispose();
        Assert.Empty(watched.Found);

        void Read()
        {
            connection.Open();
            SqliteReplicaSet.AskOn(connection);
            connection.Close();
        }
    }

    [Fact]
    public void Each_occurrence_is_an_event_and_a_measurement_and_each_set_one_record()
    {
        using var watched = new Watched();
        var measured = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "monotonic_reads.series")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, _, tags, _) =>
            {
                var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!);
                if (values["monotonic_reads.data_source"] == watched.Set.Source.Name)
                {
                    measured.Add(values["monotonic_reads.kind"]);
                }
            }
        );
        listener.Start();
        for (var i = 0; i < 3; i++)
        {
            using var unit = SeriesUnit.Begin();
            First(watched.Set);
            Second(watched.Set);
        }

        Assert.Equal(3, watched.Found.Count);
        Assert.Equal(Enumerable.Repeat("several servers", 3), measured);
        var record = Assert.Single(watched.Set.Log.Records, r => r.Id.Id == 36);
        Assert.Contains("SeriesDetectorTests.First (called by SeriesDetectorTests.Each_occurrence", record.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_that_throws_is_logged()
    {
        using var watched = new Watched();
        watched.Set.Source.SeriesDetected += (_, _) => throw new InvalidOperationException("mine");
        using (SeriesUnit.Begin())
        {
            First(watched.Set);
            Second(watched.Set);
        }

        Assert.Single(watched.Found);
        Assert.Single(watched.Set.Log.Records, record => record.Id.Id == 39);
    }

    [Fact]
    public void Units_outside_the_sample_are_not_watched()
    {
        using var watched = new Watched(options => options.SampleRate = 0);
        using (SeriesUnit.Begin())
        {
            First(watched.Set);
            Second(watched.Set);
        }

        Assert.Empty(watched.Found);
    }

    [Fact]
    public void A_sample_has_about_its_share_of_the_units_and_each_of_them_whole()
    {
        using var watched = new Watched(options => options.SampleRate = 0.5);
        for (var i = 0; i < 400; i++)
        {
            using var unit = SeriesUnit.Begin();
            First(watched.Set);
            Second(watched.Set);
        }

        Assert.InRange(watched.Found.Count, 100, 300);
        Assert.All(watched.Found, found => Assert.Equal(2, found.Statements));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_share_is_from_0_to_1(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ReplicatedDataSourceBuilder().UseSeriesDetector(new SeriesDetectorOptions { SampleRate = share })
        );

    private static string Id(string method) =>
        $"M:MonotonicReads.Runtime.Tests.Detection.SeriesDetectorTests.{method}(MonotonicReads.Runtime.Tests.Support.SqliteReplicaSet)";

    private static void First(SqliteReplicaSet set)
    {
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        command.ExecuteScalar();
    }

    private static void Second(SqliteReplicaSet set)
    {
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        command.ExecuteScalar();
    }

    [Eventual("a test")]
    private static void Accepted(SqliteReplicaSet set) => Second(set);

    private static void OnPrimary(SqliteReplicaSet set)
    {
        using var connection = set.Source.Primary.OpenConnection();
        SqliteReplicaSet.AskOn(connection);
    }

    private static void Write(SqliteReplicaSet set)
    {
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = Put;
        command.ExecuteNonQuery();
    }

    private static Activity Started(string name) => new Activity(name).Start();

    private static ActivityListener Listener() =>
        new()
        {
            ShouldListenTo = source => source.Name == "a driver's",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };

    private interface IContract
    {
        [Eventual("a test")]
        string Get();
    }

    private sealed class OfContract(SqliteReplicaSet set) : IContract
    {
        public string Get() => set.Ask();
    }
}
