using System.Diagnostics.Metrics;

namespace MonotonicReads.Runtime.Tests.Routing;

public class MetricsTests
{
    private static readonly AsyncLocal<bool> IsOwn = new();

    [Fact]
    public void Reads_and_losses_are_counted_and_no_session_is_named()
    {
        var measured = new List<(string Name, long Value, string Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "MonotonicReads")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        IsOwn.Value = true;

        using var set = new SqliteReplicaSet(null, ("metered", 1));
        var session = ReadSession.Begin(ReadConsistency.Monotonic);
        set.Ask();
        set.Ask();
        set.Server("metered").DataSource.Refuse();
        Assert.Throws<ReplicaLostException>(() => set.Ask());
        session.Dispose();
        set.Ask();

        lock (measured)
        {
            Assert.Equal(
                [
                    (
                        "monotonic_reads.reads",
                        1,
                        "monotonic_reads.data_source=main monotonic_reads.server=metered monotonic_reads.role=replica monotonic_reads.level=monotonic"
                    ),
                    (
                        "monotonic_reads.reads",
                        1,
                        "monotonic_reads.data_source=main monotonic_reads.server=metered monotonic_reads.role=replica monotonic_reads.level=monotonic"
                    ),
                    (
                        "monotonic_reads.replica_losses",
                        1,
                        "monotonic_reads.data_source=main monotonic_reads.replica=metered monotonic_reads.reason=open failed monotonic_reads.policy=primary"
                    ),
                    ("monotonic_reads.session.reads", 2, "monotonic_reads.data_source=main monotonic_reads.level=monotonic"),
                    (
                        "monotonic_reads.primary_fallbacks",
                        1,
                        "monotonic_reads.data_source=main monotonic_reads.reason=no replica available"
                    ),
                    (
                        "monotonic_reads.reads",
                        1,
                        "monotonic_reads.data_source=main monotonic_reads.server=primary monotonic_reads.role=primary monotonic_reads.level=none"
                    ),
                ],
                measured
            );
            Assert.DoesNotContain(measured, one => one.Tags.Contains(session.Id.ToString(), StringComparison.Ordinal));
        }

        // Other tests measure at the same time.
        void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (IsOwn.Value)
            {
                lock (measured)
                {
                    measured.Add((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
                }
            }
        }
    }
}
