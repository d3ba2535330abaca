using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Tests.Running;

/// <summary>Who waits too long is taken down, whether an answer comes or not.</summary>
public sealed class RecorderTests : IDisposable
{
    private static readonly Entry What = new() { Kind = EntryKind.Read, Via = "ado" };

    private readonly MachineTime _time = new();

    [Fact]
    public async Task A_step_that_took_too_long_is_late()
    {
        var recorder = new Recorder(_time, TimeSpan.FromMilliseconds(50));
        var step = recorder.BeginStep(What);
        await AfterAsync(TimeSpan.FromMilliseconds(200));
        Assert.Equal("ado", Assert.Single(recorder.Overdue()).Via);
        recorder.EndStep(step);
        Assert.Empty(recorder.Overdue());
        Assert.Equal(EntryKind.Late, Assert.Single(recorder.Take()).Kind);
    }

    [Fact]
    public async Task One_that_did_not_is_not()
    {
        var recorder = new Recorder(_time);
        var step = recorder.BeginStep(What);
        await AfterAsync(TimeSpan.FromMilliseconds(100));
        Assert.Empty(recorder.Overdue());
        recorder.EndStep(step);
        Assert.Empty(recorder.Take());
    }

    public void Dispose() => _time.Dispose();

    private async Task AfterAsync(TimeSpan time)
    {
        for (var started = _time.Now; _time.Now - started < time; )
        {
            await Task.Delay(10);
        }
    }
}
