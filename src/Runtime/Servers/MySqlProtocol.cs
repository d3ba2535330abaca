namespace MonotonicReads.Servers;

/// <summary>MySQL 5.6 and later, with <c>gtid_mode=ON</c>.</summary>
/// <remarks>
/// <para>From 5.7 on a commit moves its GTID from <c>gtid_owned</c> to <c>gtid_executed</c> after it is visible. 5.6 adds it
/// to <c>gtid_executed</c> when it is logged, before it is visible, and takes it from <c>gtid_owned</c> afterwards. For both:
/// what a read saw is in the union of the two, owned asked first; what is in <c>gtid_executed</c> and not, asked later, in
/// <c>gtid_owned</c> is visible.</para>
/// <para>Waits ask again at growing intervals of 1 to 16 ms and leave the servers' own functions alone:
/// <c>WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS</c> counts whole seconds and answers NULL where no SQL thread runs,
/// <c>WAIT_FOR_EXECUTED_GTID_SET</c> does not exist before 5.7 and takes a timeout of 0 for "for ever".</para>
/// <para>Source: dev.mysql.com/doc/refman, "GTID Functions", "Global Transaction ID System Variables".</para>
/// </remarks>
internal sealed class MySqlProtocol : ServerProtocol
{
    public static readonly MySqlProtocol Instance = new();

    private static readonly Version FirstWithExactRuns = new(8, 0);
    private static readonly Version FirstWithReplicaStatus = new(8, 0, 22);
    private static readonly Version FirstWithBinaryLogStatus = new(8, 2, 0);

    private MySqlProtocol() { }

    public override string SystemName => "mysql";

    public override ReplicationPosition Parse(string text) => MySqlGtidSet.OfServer(text);

    public override bool HasExactRuns(string version) => NumberOf(version) >= FirstWithExactRuns;

    public override bool CanTellWhatWasSeen(IReadOnlyDictionary<string, string> variables, bool isPrimary) =>
        variables.GetValueOrDefault("gtid_mode") is "ON" or "1";

    // A superset of the connection's own: the driver does not hand out session_track_gtids.
    public override async ValueTask<ReplicationPosition?> WrittenAsync(ServerQuestions server) =>
        Known(await ReachedAsync(server).ConfigureAwait(false));

    public override async ValueTask<ReplicationPosition?> SeenAsync(ServerQuestions server) =>
        Known((await LoggedAsync(server).ConfigureAwait(false)).Bounded());

    private protected override string? SeenQuestion => "SELECT @@GLOBAL.gtid_owned; SELECT @@GLOBAL.gtid_executed";

    private protected override ReplicationPosition? SeenIn(IReadOnlyList<Cell> answer) => Known(LoggedIn(answer).Bounded());

    // What is shown is cut off where it is long.
    public override ReplicationPosition? HeldOf(IReadOnlyDictionary<string, string> variables) =>
        variables.GetValueOrDefault("gtid_executed", "") is { Length: < ShownAtMost } executed
            ? Known(MySqlGtidSet.ParseReached(executed, ""))
            : null;

    public override async ValueTask<ReplicationPosition?> HeldAsync(ServerQuestions server) =>
        Known(await ReachedAsync(server).ConfigureAwait(false));

    public override async ValueTask<bool> LacksAsync(ServerQuestions primary, ReplicationPosition held) =>
        !(await LoggedAsync(primary).ConfigureAwait(false)).Contains(held);

    // A server without GTIDs, or one that was loaded without them, says nothing of what it has.
    private static ReplicationPosition? Known(ReplicationPosition position) => position.IsEmpty ? null : position;

    private static async ValueTask<MySqlGtidSet> LoggedAsync(ServerQuestions server)
    {
        if (server.AreThroughProxy)
        {
            var owned = await server.VariableAsync("gtid_owned", AnswerTime).ConfigureAwait(false);
            return MySqlGtidSet.ParseLogged(await ExecutedAsync(server, AnswerTime).ConfigureAwait(false), Whole(owned));
        }

        return LoggedIn(
            await server.AskAsync("SELECT @@GLOBAL.gtid_owned; SELECT @@GLOBAL.gtid_executed", AnswerTime).ConfigureAwait(false)
        );
    }

    private static MySqlGtidSet LoggedIn(IReadOnlyList<Cell> answer) =>
        MySqlGtidSet.ParseLogged(answer[1].Value ?? "", answer[0].Value ?? "");

    public override async ValueTask<bool> HasKeptAsync(ServerQuestions primary, ReplicationPosition position, bool wasRestarted)
    {
        var isDurable =
            !wasRestarted || await primary.VariableAsync("innodb_flush_log_at_trx_commit", AnswerTime).ConfigureAwait(false) == "1";
        return isDurable && (await LoggedAsync(primary).ConfigureAwait(false)).Contains(position);
    }

    public override ValueTask<ReplicationPosition> ReachedAsync(ServerQuestions server) => ReachedAsync(server, AnswerTime);

    public override async ValueTask<ReplicationPosition> WaitAsync(
        ServerQuestions server,
        ReplicationPosition position,
        TimeSpan timeout,
        TimeSpan patience
    )
    {
        ReplicationPosition reached = MySqlGtidSet.Empty;
        await PollAsync(
                server,
                timeout,
                async () =>
                {
                    reached = await ReachedAsync(server, patience).ConfigureAwait(false);
                    return reached.Contains(position);
                }
            )
            .ConfigureAwait(false);
        return reached;
    }

    public override async ValueTask<bool> PassBarrierAsync(ServerQuestions primary, TimeSpan timeout)
    {
        var given = await LoggedAsync(primary).ConfigureAwait(false);
        return await PollAsync(primary, timeout, async () => (await ReachedAsync(primary).ConfigureAwait(false)).Contains(given))
            .ConfigureAwait(false);
    }

    // 8.4 took the old words away.
    public override string ReplicationQuestion(string version) =>
        NumberOf(version) >= FirstWithReplicaStatus ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";

    public override string ReplicationPrivilege(string version) => "REPLICATION CLIENT";

    public override string LogPrivilege(string version) => "REPLICATION CLIENT";

    private static async ValueTask<ReplicationPosition> ReachedAsync(ServerQuestions server, TimeSpan deadline)
    {
        if (server.AreThroughProxy)
        {
            var executed = await ExecutedAsync(server, deadline).ConfigureAwait(false);
            return MySqlGtidSet.ParseReached(executed, Whole(await server.VariableAsync("gtid_owned", deadline).ConfigureAwait(false)));
        }

        var answer = await server.AskAsync("SELECT @@GLOBAL.gtid_executed; SELECT @@GLOBAL.gtid_owned", deadline).ConfigureAwait(false);
        return MySqlGtidSet.ParseReached(answer[0].Value ?? "", answer[1].Value ?? "");
    }

    // SHOW VARIABLES cuts off after 1,024 characters (8.0 and later); the status of the log does not.
    private static async ValueTask<string> ExecutedAsync(ServerQuestions server, TimeSpan deadline)
    {
        var shown = await server.VariableAsync("gtid_executed", deadline).ConfigureAwait(false);
        if (shown.Length < ShownAtMost)
        {
            return shown;
        }

        var statement = NumberOf(server.ServerVersion) >= FirstWithBinaryLogStatus ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
        var status = await server.AskAsync(statement, deadline).ConfigureAwait(false);
        return status.Find(static cell => cell.Name == "Executed_Gtid_Set").Value ?? Whole(shown);
    }

    private static string Whole(string shown) =>
        shown.Length < ShownAtMost
            ? shown
            : throw new InvalidOperationException(
                "The server's GTIDs are longer than SHOW VARIABLES shows (1,024 characters), and it has no binary log whose status would "
                    + "tell them. Reconnect past the proxy, or switch log_bin on."
            );

    private const int ShownAtMost = 1024;
}
