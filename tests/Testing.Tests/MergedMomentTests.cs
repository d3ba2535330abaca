using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Testing.Tests;

/// <summary>Two moments are one where nothing was written between them, and nowhere else.</summary>
public sealed class MergedMomentTests
{
    [SkippableTheory]
    [InlineData("MariaDB")]
    [InlineData("MySQL")]
    [InlineData("embedded")]
    public async Task What_was_written_past_the_set_keeps_them_apart(string kind)
    {
        await using var made = await Made.CreateAsync(kind);
        await made.Set.HoldAsync("r1");
        await made.WritePastAsync("update flags set n = 2");
        await made.Set.HoldAsync("r2");
        await made.WritePastAsync("update orders set n = 2");

        // The present answers the first read alone; that r1 and r2 differ only the second one shows.
        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            made.Set.ForEachAssignmentAsync(async run =>
            {
                if (await made.Set.TotalAsync("n") == 1)
                {
                    run.Check(await made.Set.TotalAsync("n", "flags") == 2);
                }
            })
        );

        Assert.True(told.Summary.AreAll);
        Assert.Equal(1 + 2 * 3, told.Summary.Assignments);
    }

    [SkippableTheory]
    [InlineData("MariaDB", "truncate table flags")]
    [InlineData("MariaDB", "alter table flags add column more bigint default 5")]
    [InlineData("MySQL", "truncate table flags")]
    public async Task So_does_what_changes_a_table(string kind, string change)
    {
        await using var made = await Made.CreateAsync(kind);
        await made.Set.HoldAsync("r1");
        await made.Set.AdvanceAsync("r1"); // no lock of it is left
        var before = await made.Set.Moments.BeginAsync(default);
        await made.WritePastAsync(change);

        Assert.NotNull(before.Changes);
        Assert.NotEqual(before.Changes, (await made.Set.Moments.BeginAsync(default)).Changes);
    }

    [SkippableTheory]
    [InlineData("MariaDB")]
    [InlineData("MySQL")]
    [InlineData("embedded")]
    public async Task Where_nothing_was_written_they_are_one(string kind)
    {
        await using var made = await Made.CreateAsync(kind);
        await made.Set.HoldAsync("r1");
        await made.Set.TotalAsync("orders.n", "orders join flags");
        await made.Set.HoldAsync("r2");
        await made.WritePastAsync("update orders set n = 2");

        var summary = await made.Set.ForEachAssignmentAsync(async _ => await made.Set.TotalAsync("orders.n", "orders join flags"));

        Assert.Equal(new AssignmentSummary(2, AreAll: true) { Draws = 1 }, summary);
    }

    private sealed class Made(LaggingReplicas set, TestServer? server) : IAsyncDisposable
    {
        public LaggingReplicas Set => set;

        public static async Task<Made> CreateAsync(string kind)
        {
            var server = kind == "embedded" ? null : await TestServer.StartAsync(kind);
            var set = server is null
                ? await EmbeddedReplicas.CreateAsync("r1", "r2", "r3")
                : await LaggingReplicas.OverAsync(server.ConnectionString, "r1", "r2", "r3");
            await using var db = await set.DataSource.Primary.OpenConnectionAsync();
            foreach (var table in new[] { "orders", "flags" })
            {
                await db.ExecuteAsync($"create table {table} (id bigint primary key, n bigint not null)");
                await db.ExecuteAsync($"insert into {table} values (1, 1)");
            }

            return new Made(set, server);
        }

        /// <summary>As a test's own connection does, or a bulk copy.</summary>
        public async Task WritePastAsync(string sql)
        {
            if (server is null)
            {
                await using var db = await set.DataSource.Primary.OpenConnectionAsync();
                await ((ReplicatedConnection)db).Inner!.ExecuteAsync(sql);
                return;
            }

            await using var raw = new MySqlConnection(server.ConnectionString);
            await raw.ExecuteAsync(sql);
        }

        public async ValueTask DisposeAsync()
        {
            await set.DisposeAsync();
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }
}
