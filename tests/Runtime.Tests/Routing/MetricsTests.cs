using System.Diagnostics.Metrics;

namespace MonotonicReads.Runtime.Tests;

public class MetricsTests
{
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
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (measured)
            {
                measured.Add((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
            }
        });
        listener.Start();

        // Other tests measure at the same time; these names are this test's own.
        using var set = new SqliteReplicaSet(null, ("metered", 1));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        set.Ask();
        set.Ask();
        set.Server("metered").DataSource.Refuse();
        Assert.Throws<ReplicaLostException>(() => set.Ask());

        lock (measured)
        {
            var own = measured.Where(one => one.Tags.Contains("metered", StringComparison.Ordinal)).ToArray();
            Assert.Equal(
                [
                    ("monotonic_reads.reads", 1, "server=metered level=monotonic"),
                    ("monotonic_reads.reads", 1, "server=metered level=monotonic"),
                    ("monotonic_reads.replica_losses", 1, "replica=metered reason=open failed policy=primary"),
                ],
                own);
            Assert.DoesNotContain(measured, one => one.Tags.Contains(session.Id.ToString(), StringComparison.Ordinal));
        }
    }
}
