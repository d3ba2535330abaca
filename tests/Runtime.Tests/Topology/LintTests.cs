using System.Data.Common;
using Microsoft.Data.Sqlite;
using MonotonicReads.Servers;
using MonotonicReads.Topology;

namespace MonotonicReads.Runtime.Tests.Topology;

/// <summary>What the lint does beside what it finds on real servers, which is in tests/Cluster.Tests.</summary>
public class LintTests
{
    [Fact]
    public async Task Servers_that_do_not_answer_are_waited_for_together()
    {
        const int Replicas = 6;
        var waiting = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<RoutedServer> servers = [Server("primary", isPrimary: true), .. Enumerable.Range(1, Replicas).Select(n => Server($"r{n}"))];
        var lint = Lint(
            servers,
            async (server, _) =>
            {
                if (!server.IsPrimary)
                {
                    if (Interlocked.Increment(ref waiting) == Replicas)
                    {
                        all.SetResult();
                    }

                    await all.Task;
                }

                throw new InvalidOperationException("nobody there");
            }
        );
        var findings = await lint.RunAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(servers.Select(server => ("MRT001", server.Name)), findings.Select(finding => (finding.Id, finding.Server)));
        Assert.All(findings, finding => Assert.StartsWith("cannot be asked: nobody there", finding.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_nobody_thought_of_on_one_server_hides_nothing_of_the_others()
    {
        var findings = await Lint([Server("r1"), Server("r2")], (server, _) => throw new ArgumentException($"not of {server.Name}"))
            .RunAsync();
        Assert.Equal(["cannot be asked: not of r1", "cannot be asked: not of r2"], findings.Select(finding => finding.Message));
    }

    [Fact]
    public async Task Who_ends_it_gets_no_findings()
    {
        using var ending = new CancellationTokenSource();
        var lint = Lint(
            [Server("r1")],
            async (_, token) =>
            {
                await ending.CancelAsync();
                token.ThrowIfCancellationRequested();
                throw new InvalidOperationException();
            },
            ending.Token
        );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(lint.RunAsync);
    }

    [Fact]
    public void A_server_that_needs_no_log_has_no_lag_to_tell()
    {
        Assert.Equal(["MRT023"], Found(("wsrep_on", "ON")));
        Assert.Equal(["MRT023"], Found(("aurora_version", "3.05.2")));
        Assert.Empty(Found(("wsrep_on", "OFF")));

        static IEnumerable<string> Found(params (string, string)[] variables)
        {
            var found = new Findings();
            var replica = Seen(Server("r1"), new ReplicationStatus([]), variables);
            new FollowingLint(found, [replica], (_, _) => Task.FromResult(true)).TellsNoLag(replica);
            return found.All.Select(finding => finding.Id);
        }
    }

    [Theory]
    [InlineData("Replicate_Do_DB", "app,other", null)]
    [InlineData("Replicate_Do_DB", "other", "Replicate_Do_DB = other")]
    [InlineData("Replicate_Do_Table", "other.t", "Replicate_Do_Table = other.t")]
    [InlineData("Replicate_Do_Table", "app.t", null)]
    [InlineData("Replicate_Wild_Do_Table", "b%.%", "Replicate_Wild_Do_Table = b%.%")]
    [InlineData("Replicate_Wild_Do_Table", "a%.%", null)]
    [InlineData("Replicate_Wild_Do_Table", "_pp.orders%", null)]
    [InlineData("Replicate_Wild_Do_Table", @"\_pp.orders%", @"Replicate_Wild_Do_Table = \_pp.orders%")]
    [InlineData("Replicate_Wild_Do_Table", "APP.%", "Replicate_Wild_Do_Table = APP.%")]
    [InlineData("Replicate_Wild_Ignore_Table", "a%.%", "Replicate_Wild_Ignore_Table = a%.%")]
    [InlineData("Replicate_Wild_Ignore_Table", "%.%", "Replicate_Wild_Ignore_Table = %.%")]
    [InlineData("Replicate_Wild_Ignore_Table", "a%.tmp%", null)]
    [InlineData("Replicate_Wild_Ignore_Table", "b%.%", null)]
    [InlineData("Replicate_Ignore_Table", "app.t", null)]
    public void A_filter_by_its_patterns(string column, string value, string? found) => Assert.Equal(found, Filtered([(column, value)]));

    [Fact]
    public void Filters_together()
    {
        // Databases are judged first, then what is wanted of tables, then what is not.
        Assert.Equal("Replicate_Do_Table = other.t", Filtered([("Replicate_Do_DB", "app"), ("Replicate_Do_Table", "other.t")]));
        Assert.Null(Filtered([("Replicate_Wild_Do_Table", "app.%"), ("Replicate_Wild_Ignore_Table", "app.%")]));
        Assert.Null(Filtered([("Replicate_Do_DB", "app"), ("Replicate_Ignore_DB", "app")]));
    }

    [Fact]
    public void What_one_channel_leaves_out_another_may_bring()
    {
        Assert.Null(Filtered([("Replicate_Ignore_DB", "app"), ("Master_Server_Id", "7")], [("Master_Server_Id", "8")]));

        // That of the primary is the one which has to.
        Assert.Null(Filtered([("Replicate_Ignore_DB", "app"), ("Master_Server_Id", "7")], [("Master_Server_Id", "1")]));
        Assert.Equal(
            "Replicate_Ignore_DB = app",
            Filtered([("Replicate_Ignore_DB", "app"), ("Master_Server_Id", "1")], [("Master_Server_Id", "7")])
        );
    }

    private static string? Filtered(params (string Column, string Value)[][] channels)
    {
        var found = new Findings();
        var rows = channels.Select(columns => new ReplicationChannel(columns.Select(column => new Cell(column.Column, column.Value))));
        var replica = Seen(Server("r1"), new ReplicationStatus([.. rows]));
        var primary = Seen(Server("primary", isPrimary: true), new ReplicationStatus([]), ("server_id", "1"));
        new FilterLint(found, primary, _ => "app").LeavesOut(replica);
        return found.All.SingleOrDefault()?.Message.Split('(', ')')[1];
    }

    private static SeenServer Seen(RoutedServer server, ReplicationStatus replication, params (string Name, string Value)[] variables) =>
        new(
            server,
            variables
                .Append(("version", "10.11.14-MariaDB"))
                .ToDictionary(one => one.Item1, one => one.Item2, StringComparer.OrdinalIgnoreCase),
            []
        )
        {
            Replication = replication,
        };

    private static RoutedServer Server(string name, bool isPrimary = false) =>
        new(name, new ConnectionPool(SqliteFactory.Instance.CreateDataSource("Data Source=:memory:")), isPrimary);

    private static TopologyLint Lint(
        IReadOnlyList<RoutedServer> servers,
        Func<RoutedServer, CancellationToken, Task<DbConnection>> open,
        CancellationToken cancellation = default
    ) =>
        new(
            servers,
            TimeProvider.System,
            needsLag: true,
            new TopologyLint.Questions(ComparesReplicas: true, _ => [], _ => "app", open, MayReplicasWrite: false),
            cancellation
        );
}
