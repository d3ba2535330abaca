using MonotonicReads.Consistency.History;
using MySqlConnector;

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

    [Fact]
    public async Task Sessions_of_one_key_are_all_told_of_a_loss_and_none_for_the_other_that_ends()
    {
        var recorder = new Recorder(_time);
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary("Server=127.0.0.1;Port=1;UserID=nobody;Connection Timeout=1")
            .AddReplica("r1", "Server=127.0.0.1;Port=1;UserID=nobody;Connection Timeout=1")
            .Build();
        source.SessionEvent += recorder.OnEvent;
        var id = SessionKey.ToGuid("job 17");
        foreach (var session in new[] { 1, 2, 3 })
        {
            recorder.Watch(id, session);
        }

        recorder.Watch(SessionKey.ToGuid("job 18"), 4);
        recorder.Forget(id, 3);
        using (ReadSession.Begin(ReadConsistency.Monotonic, "job 17"))
        {
            await Assert.ThrowsAsync<MySqlException>(() => source.OpenConnectionAsync().AsTask());
        }

        Assert.Equal([1, 2], recorder.Take().Select(told => told.Session).Distinct().Order());
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
