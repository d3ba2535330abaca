using System.Diagnostics;

namespace MonotonicReads.Runtime.Tests.Detection;

/// <summary>What is one unit where neither code nor an activity says it.</summary>
public sealed class SeriesFlowTests
{
    private readonly ManualTime _time = new() { RingsTimers = true };

    [Fact]
    public async Task A_loop_that_waits_between_its_turns_is_a_unit_each_turn()
    {
        using var watched = new Watched(time: _time);
        await Loop();
        Assert.Empty(watched.AtEnd());

        async Task Loop()
        {
            for (var turn = 0; turn < 5; turn++)
            {
                // Synchronous: the connection's flow is this method's.
                watched.Read();
                await Task.Yield();
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task A_loop_that_does_not_wait_is_one_unit_and_so_are_the_reads_of_one_turn()
    {
        using var watched = new Watched(time: _time);
        await Loop();
        Assert.Single(watched.AtEnd());

        async Task Loop()
        {
            for (var turn = 0; turn < 5; turn++)
            {
                watched.Read();
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task A_slow_call_between_two_reads_ends_no_unit()
    {
        using var watched = new Watched(time: _time);
        await Page();
        Assert.Equal(2, Assert.Single(watched.AtEnd()).Statements);

        async Task Page()
        {
            First(watched);
            await Task.Yield();
            _time.Advance(TimeSpan.FromSeconds(1));
            Second(watched);
        }
    }

    [Fact]
    public async Task What_inherits_a_flow_that_has_rested_has_one_of_its_own()
    {
        using var watched = new Watched(time: _time);
        await Program();
        Assert.Empty(watched.AtEnd());

        async Task Program()
        {
            // As a migration before the host starts.
            First(watched);
            _time.Advance(TimeSpan.FromSeconds(3));
            await Task.WhenAll(Task.Run(() => Second(watched)), Task.Run(() => Third(watched)));
        }
    }

    [Fact]
    public async Task What_is_begun_at_once_in_a_flow_is_of_it()
    {
        using var watched = new Watched(time: _time);
        await Page();
        Assert.Equal(3, Assert.Single(watched.AtEnd()).Statements);

        async Task Page()
        {
            First(watched);
            await Task.WhenAll(Task.Run(() => Second(watched)), Task.Run(() => Third(watched)));
        }
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 1)]
    public async Task A_connection_that_rested_in_a_pool_is_the_next_ones(int seconds, int found)
    {
        using var watched = new Watched(time: _time);
        ReplicatedConnection? pooled = null;
        await Create();
        await First();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await Second();
        Assert.Equal(found, watched.AtEnd().Count);

        async Task Create()
        {
            await Task.Yield();
            pooled = watched.Source.CreateConnection();
        }

        async Task First()
        {
            await pooled!.OpenAsync();
            SqliteReplicaSet.AskOn(pooled);
            await pooled.CloseAsync();
        }

        async Task Second()
        {
            await pooled!.OpenAsync();
            SqliteReplicaSet.AskOn(pooled);
            await pooled.CloseAsync();
        }
    }

    [Fact]
    public async Task An_activity_that_goes_on_and_on_is_a_unit_each_message()
    {
        using var watched = new Watched(time: _time);
        using (new Activity("stream").Start())
        {
            for (var message = 0; message < 3; message++)
            {
                await watched.ReadAsync();
                _time.Advance(TimeSpan.FromSeconds(6));
            }
        }

        Assert.Empty(watched.AtEnd());
    }

    [Fact]
    public async Task A_request_that_waits_for_another_service_in_a_loop_is_one()
    {
        using var watched = new Watched(time: _time);
        using (new Activity("request").Start())
        {
            for (var item = 0; item < 3; item++)
            {
                await watched.ReadAsync();
                _time.Advance(TimeSpan.FromSeconds(2));
            }
        }

        Assert.Equal(3, Assert.Single(watched.AtEnd()).Statements);
    }

    [Fact]
    public async Task A_unit_of_code_is_one_however_long_it_waits()
    {
        using var watched = new Watched(time: _time);
        using (SeriesUnit.Begin())
        {
            for (var turn = 0; turn < 3; turn++)
            {
                await watched.ReadAsync();
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal(3, Assert.Single(watched.Found).Statements);
    }

    private static void First(Watched watched) => Ask(watched);

    private static void Second(Watched watched) => Ask(watched);

    private static void Third(Watched watched) => Ask(watched);

    private static void Ask(Watched watched) => watched.Set.Ask();
}
