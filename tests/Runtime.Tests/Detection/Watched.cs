namespace MonotonicReads.Runtime.Tests.Detection;

/// <summary>Replicas that are read with the detector on, and what it found.</summary>
internal sealed class Watched : IDisposable
{
    private readonly List<ReadSeriesEventArgs> _found = [];

    public Watched(Action<SeriesDetectorOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new SeriesDetectorOptions();
        configure?.Invoke(options);
        Set = new SqliteReplicaSet(builder =>
        {
            builder.UseName("watched" + Guid.NewGuid()).UseSeriesDetector(options);
            return time is null ? builder : builder.UseTimeProvider(time);
        });
        Set.Source.SeriesDetected += (_, args) =>
        {
            lock (_found)
            {
                _found.Add(args);
            }
        };
    }

    public SqliteReplicaSet Set { get; }

    public ReplicatedDataSource Source => Set.Source;

    public IReadOnlyList<ReadSeriesEventArgs> Found
    {
        get
        {
            lock (_found)
            {
                return [.. _found];
            }
        }
    }

    /// <summary>What was found when the data source has ended.</summary>
    public IReadOnlyList<ReadSeriesEventArgs> AtEnd()
    {
        Source.Dispose();
        return Found;
    }

    public int Logged(int id) => Set.Log.Records.Count(record => record.Id.Id == id);

    /// <summary>A read of its own connection.</summary>
    public void Read() => Set.Ask();

    public Task ReadAsync() => Set.AskAsync();

    public void Write(string sql = "INSERT INTO item (name) VALUES ('a')")
    {
        using var connection = Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => Set.Dispose();
}
