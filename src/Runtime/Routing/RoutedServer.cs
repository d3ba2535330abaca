using System.Data.Common;

namespace MonotonicReads;

/// <summary>One server of a replicated data source: its name, its connections, and what is known of its health.</summary>
internal sealed class RoutedServer(string name, DbDataSource source, int weight, bool isPrimary)
{
    private long _unavailableUntil;
    private int _incarnation;

    public string Name => name;

    public DbDataSource Source => source;

    public int Weight => weight;

    public bool IsPrimary => isPrimary;

    /// <summary>Counts the runs of the server that were seen; a session may not read two of them.</summary>
    public int Incarnation => Volatile.Read(ref _incarnation);

    public void NewIncarnation() => Interlocked.Increment(ref _incarnation);

    public bool IsAvailable(TimeProvider time)
    {
        var until = Volatile.Read(ref _unavailableUntil);
        return until == 0 || time.GetTimestamp() >= until;
    }

    public void MarkUnavailable(TimeProvider time, TimeSpan duration) =>
        Volatile.Write(ref _unavailableUntil, time.GetTimestamp() + (long)(duration.TotalSeconds * time.TimestampFrequency));

    public void MarkAvailable()
    {
        if (Volatile.Read(ref _unavailableUntil) != 0)
        {
            Volatile.Write(ref _unavailableUntil, 0);
        }
    }
}
