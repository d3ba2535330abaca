using System.Data.Common;

namespace MonotonicReads.Runtime.Tests.Detection;

/// <summary>Who has sent a statement where the stack has lost them, behind an await.</summary>
public sealed class FlowCallersTests
{
    [Fact]
    public async Task What_an_eventual_method_awaits_is_accepted_where_it_had_a_connection_before_the_stack_was_lost()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            await watched.ReadAsync();
            await AcceptedAsync(watched);
        }

        Assert.Empty(watched.Found);
        using (SeriesUnit.Begin())
        {
            await watched.ReadAsync();
            await NotAcceptedAsync(watched);
        }

        Assert.Single(watched.Found);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task What_goes_on_behind_an_await_in_a_method_that_an_eventual_one_called_is_accepted(bool isAccepted, int found)
    {
        using var watched = new Watched();
        await using var injected = watched.Source.CreateConnection();
        using (SeriesUnit.Begin())
        {
            await (isAccepted ? AcceptedTwiceAsync(injected) : AskTwiceAsync(injected));
        }

        Assert.Equal(found, watched.Found.Count);
    }

    [Fact]
    public async Task An_eventual_method_that_has_returned_accepts_nothing_any_more()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            await AcceptedAsync(watched);
            await watched.ReadAsync();
            await AlsoLateAsync(watched);
        }

        Assert.Equal(2, Assert.Single(watched.Found).Statements);
    }

    [Fact]
    public async Task A_statement_on_a_connection_that_another_opened_is_its_senders()
    {
        using var watched = new Watched();
        await using var work = new UnitOfWork(watched.Source);
        using (SeriesUnit.Begin())
        {
            await BeginsAsync(work);
            await SendsAsync(work);
            await LateAsync(watched);
        }

        var found = Assert.Single(watched.Found);

        // The helper's stack is the same each time: whom it was opened for has sent the first statement alone.
        var sites = found.CallSites.Where(static site => site.Methods[0].Contains("QueryAsync", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, found.Statements);
        Assert.Equal(2, sites.Count);
        Assert.Single(sites, static site => site.Methods.Any(static m => m.Contains(nameof(BeginsAsync), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_callers_of_the_method_that_opened_are_those_of_its_later_statements_too()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin())
        {
            await CallerAsync(watched);
            await watched.ReadAsync();
        }

        var found = Assert.Single(watched.Found);
        Assert.All(
            found.CallSites.Where(static site => site.Methods[0].Contains(nameof(TwiceAsync), StringComparison.Ordinal)),
            static site => Assert.Contains(nameof(CallerAsync), site.Methods[1], StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Who_completes_a_task_has_not_called_what_waited_for_it()
    {
        using var watched = new Watched();
        var signal = new TaskCompletionSource();
        Task waiting;
        using (SeriesUnit.Begin())
        {
            watched.Read();
            waiting = WaitsAsync(watched, signal.Task);

            // Runs what waits on this stack.
            await Task.Run(() => Completes(signal));
            Assert.True(waiting.IsCompletedSuccessfully);
        }

        Assert.Single(watched.Found);
    }

    [Fact]
    public async Task What_runs_inside_an_accepted_unit_is_accepted_behind_awaits_too_and_what_declares_more_is_not()
    {
        using var watched = new Watched();
        using (SeriesUnit.Begin(SeriesUnitKind.HubCall, isAccepted: true))
        {
            await LateAsync(watched);
            await LateAsync(watched);
        }

        Assert.Empty(watched.Found);
        using (SeriesUnit.Begin(SeriesUnitKind.HubCall, isAccepted: true))
        {
            await DeclaredAsync(watched);
            await DeclaredAsync(watched);
        }

        Assert.Single(watched.AtEnd());
    }

    [Eventual("a test")]
    private static async Task AcceptedAsync(Watched watched)
    {
        await using (watched.Source.CreateConnection())
        {
            await LateAsync(watched);
        }
    }

    [Eventual("a test")]
    private static async Task AcceptedTwiceAsync(ReplicatedConnection injected) => await AskTwiceAsync(injected);

    private static async Task AskTwiceAsync(ReplicatedConnection injected)
    {
        for (var i = 0; i < 3; i++)
        {
            await injected.OpenAsync();
            await using (var command = injected.CreateCommand())
            {
                command.CommandText = SqliteReplicaSet.WhoAmI;
                await command.ExecuteScalarAsync();
            }

            await injected.CloseAsync();
            await Task.Delay(1).ConfigureAwait(false);
        }
    }

    private static async Task NotAcceptedAsync(Watched watched)
    {
        await using (watched.Source.CreateConnection())
        {
            await LateAsync(watched);
        }
    }

    private static async Task LateAsync(Watched watched)
    {
        // A pooled thread, and no caller on its stack.
        await Task.Delay(1).ConfigureAwait(false);
        await watched.ReadAsync();
    }

    private static async Task AlsoLateAsync(Watched watched)
    {
        await Task.Delay(1).ConfigureAwait(false);
        await watched.ReadAsync();
    }

    [Monotonic]
    private static async Task DeclaredAsync(Watched watched)
    {
        await Task.Delay(1).ConfigureAwait(false);
        watched.Read();
    }

    private static async Task CallerAsync(Watched watched) => await TwiceAsync(watched);

    private static async Task TwiceAsync(Watched watched)
    {
        await using var connection = await watched.Source.OpenConnectionAsync();
        for (var i = 0; i < 2; i++)
        {
            await Task.Delay(1).ConfigureAwait(false);
            await using var command = connection.CreateCommand();
            command.CommandText = SqliteReplicaSet.WhoAmI;
            await command.ExecuteScalarAsync();
        }
    }

    private static async Task WaitsAsync(Watched watched, Task signal)
    {
        await signal.ConfigureAwait(false);
        watched.Read();
    }

    [Eventual("a test")]
    private static void Completes(TaskCompletionSource signal) => signal.SetResult();

    private static async Task BeginsAsync(UnitOfWork work)
    {
        await work.QueryAsync();
    }

    private static async Task SendsAsync(UnitOfWork work)
    {
        await Task.Delay(1).ConfigureAwait(false);
        await work.QueryAsync();
        await work.QueryAsync();
    }

    private sealed class UnitOfWork(ReplicatedDataSource source) : IAsyncDisposable
    {
        private ReplicatedConnection? _connection;

        public async Task QueryAsync()
        {
            if (_connection is null)
            {
                _connection = source.CreateConnection();
                await _connection.OpenAsync();
            }

            await Task.Delay(1).ConfigureAwait(false);
            await using DbCommand command = _connection.CreateCommand();
            command.CommandText = SqliteReplicaSet.WhoAmI;
            await command.ExecuteScalarAsync();
        }

        public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? default;
    }
}
