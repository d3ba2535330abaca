using System.Diagnostics.Metrics;
using MonotonicReads.Observability;

namespace MonotonicReads.Runtime.Tests.Observability;

/// <summary>The gauges ask the data sources that are there, once each.</summary>
public class ServerGaugeTests
{
    [Fact]
    public void Each_server_of_each_data_source_is_measured_while_it_is_there()
    {
        var source = Guid.NewGuid().ToString();
        ServerReading[] servers =
        [
            new(source, "primary", true, true, null, null),
            new(source, "r1", false, true, TimeSpan.FromMilliseconds(1500), true),
            new(source, "r2", false, false, null, null),
            new(source, "r3", false, null, null, null),
            new(source, "r4", false, true, null, false),
        ];
        using (RoutingMetrics.Observe(() => servers))
        {
            Assert.Equal(
                [
                    "monotonic_reads.server.lag r1 replica 1.5",
                    "monotonic_reads.server.replicating r1 replica 1",
                    "monotonic_reads.server.replicating r4 replica 0",
                    "monotonic_reads.server.up primary primary 1",
                    "monotonic_reads.server.up r1 replica 1",
                    "monotonic_reads.server.up r2 replica 0",
                    "monotonic_reads.server.up r4 replica 1",
                ],
                Measured(source)
            );
        }

        Assert.Empty(Measured(source));
    }

    [Fact]
    public void Two_of_one_name_are_one_series_that_tells_the_worse()
    {
        var source = Guid.NewGuid().ToString();
        var first = RoutingMetrics.Observe(() => [new(source, "r1", false, true, TimeSpan.FromSeconds(1), true)]);
        using var second = RoutingMetrics.Observe(() => [new(source, "r1", false, false, TimeSpan.FromSeconds(9), false)]);
        Assert.Equal(
            [
                "monotonic_reads.server.lag r1 replica 9",
                "monotonic_reads.server.replicating r1 replica 0",
                "monotonic_reads.server.up r1 replica 0",
            ],
            Measured(source)
        );
        first.Dispose();
        first.Dispose();
        Assert.Equal(3, Measured(source).Count);
    }

    [Fact]
    public void No_instrument_is_made_for_a_data_source()
    {
        RoutingMetrics.Observe(() => []).Dispose();
        var before = Instruments();
        for (var i = 0; i < 10; i++)
        {
            using var source = new ReplicatedMySqlDataSourceBuilder()
                .UsePrimary("Server=127.0.0.1;Port=1")
                .AddReplica("r1", "Server=127.0.0.1;Port=1")
                .UseMonitor()
                .Build();
        }

        Assert.Equal(before, Instruments());
    }

    [Fact]
    public void A_data_source_that_was_disposed_is_measured_no_more()
    {
        var name = Guid.NewGuid().ToString();
        var source = new ReplicatedMySqlDataSourceBuilder()
            .UseName(name)
            .UsePrimary("Server=127.0.0.1;Port=1")
            .AddReplica("r1", "Server=127.0.0.1;Port=1")
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(10) })
            .Build();
        Assert.True(SpinWait.SpinUntil(() => Measured(name).Count == 2, TimeSpan.FromMinutes(1)));
        Assert.Equal(["monotonic_reads.server.up primary primary 0", "monotonic_reads.server.up r1 replica 0"], Measured(name));
        source.Dispose();
        Assert.Empty(Measured(name));
    }

    private static List<string> Instruments()
    {
        var names = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == MonotonicReadsTelemetry.MeterName)
            {
                names.Add(instrument.Name);
            }
        };
        listener.Start();
        return [.. names.Order(StringComparer.Ordinal)];
    }

    private static List<string> Measured(string source)
    {
        var measured = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument is { IsObservable: true, Meter.Name: MonotonicReadsTelemetry.MeterName })
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. measured.Order(StringComparer.Ordinal)];

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if ((string)tags[0].Value! == source)
            {
                measured.Add(FormattableString.Invariant($"{instrument.Name} {tags[1].Value} {tags[2].Value} {value}"));
            }
        }
    }
}
