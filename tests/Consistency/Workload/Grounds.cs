using Microsoft.EntityFrameworkCore;
using MonotonicReads.Consistency.Faults;
using MonotonicReads.Consistency.History;
using MySqlConnector;

namespace MonotonicReads.Consistency.Workload;

/// <summary>What all workers of a run share.</summary>
internal sealed class Grounds(Recorder recorder, IReadOnlyList<Source> sources, Stage stage, ServerVersion version)
{
    private volatile bool _isOver;
    private volatile int _cancelPercent;
    private volatile bool _meetsAnew;

    public Recorder Recorder => recorder;

    public IReadOnlyList<Source> Sources => sources;

    public Stage Stage => stage;

    public ServerVersion Version => version;

    public SteppedTime Time { get; init; } = new();

    public Site? Site { get; set; }

    public PageTable Pages { get; } = new();

    public SecondProcess? Second { get; set; }

    /// <summary>The phase ends: sessions end as soon as they can.</summary>
    public bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }

    /// <summary>Of a hundred calls so many are cancelled within some milliseconds.</summary>
    public int CancelPercent
    {
        get => _cancelPercent;
        set => _cancelPercent = value;
    }

    /// <summary>Whether replicas are added again in this phase: a data source may meet one for the first time.</summary>
    public bool MeetsAnew
    {
        get => _meetsAnew;
        set => _meetsAnew = value;
    }

    public string PrimaryThroughRelay => Addresses.Through(stage.PrimaryRelay.Port, stage.Primary, "Pooling=False");

    /// <summary>Whether the driver says no more than that it lost a server, or a statement.</summary>
    public static bool IsDriver(Exception exception) => exception is MySqlException;
}
