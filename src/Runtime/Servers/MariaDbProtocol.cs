using System.Globalization;

namespace MonotonicReads.Servers;

/// <summary>MariaDB 10.2 and later.</summary>
/// <remarks>Source: mariadb.com/kb/en/gtid, /master_gtid_wait, /show-binlog-status. <c>gtid_binlog_pos</c> has what a
/// read saw, because a transaction is logged before it is visible; <c>gtid_slave_pos</c> moves after it is visible.</remarks>
internal sealed class MariaDbProtocol : ServerProtocol
{
    public static readonly MariaDbProtocol Instance = new();

    private MariaDbProtocol() { }

    public override string SystemName => "mariadb";

    public override ReplicationPosition Parse(string text) => MariaDbGtidList.OfServer(text);

    // It says all sources, those that have a name too.
    public override string ReplicationQuestion(string version) => "SHOW ALL SLAVES STATUS";

    public override string ReplicationPrivilege(string version) =>
        NumberOf(version) >= FirstWithSlaveMonitor ? "SLAVE MONITOR"
        : NumberOf(version) >= FirstWithBinlogMonitor ? "REPLICATION SLAVE ADMIN"
        : "REPLICATION CLIENT";

    public override string LogPrivilege(string version) =>
        NumberOf(version) >= FirstWithBinlogMonitor ? "BINLOG MONITOR" : "REPLICATION CLIENT";

    // 10.5.2 took the status of replicas from what REPLICATION CLIENT allows, and gave it a privilege of its own in 10.5.9; between them it
    // is one of those who administer them.
    private static readonly Version FirstWithSlaveMonitor = new(10, 5, 9);
    private static readonly Version FirstWithBinlogMonitor = new(10, 5, 2);

    public override bool HasExactRuns(string version) => true;

    // Without log_slave_updates a replica logs nothing of what it applies.
    public override bool CanTellWhatWasSeen(IReadOnlyDictionary<string, string> variables, bool isPrimary) =>
        variables.GetValueOrDefault("log_bin") is "ON" or "1"
        && (isPrimary || variables.GetValueOrDefault("log_slave_updates") is "ON" or "1");

    // The last transaction of a connection contains the earlier ones of its domain. It is empty where nothing was logged.
    // A proxy may have run the write on another of its connections: then everything that is logged, which has more.
    public override async ValueTask<ReplicationPosition?> WrittenAsync(ServerQuestions server) =>
        server.AreThroughProxy
            ? await SeenAsync(server).ConfigureAwait(false)
            : Parse((await server.AskAsync("SELECT @@last_gtid", AnswerTime).ConfigureAwait(false))[0].Value ?? "");

    // A server that came from a backup, or was told to forget its log, has logged nothing of what it has.
    public override async ValueTask<ReplicationPosition?> SeenAsync(ServerQuestions server)
    {
        var (logged, applied) = await BothAsync(server, "gtid_binlog_pos", "gtid_slave_pos").ConfigureAwait(false);
        return SeenIn(logged, applied);
    }

    private protected override string? SeenQuestion => "SELECT @@GLOBAL.gtid_binlog_pos, @@GLOBAL.gtid_slave_pos";

    private protected override ReplicationPosition? SeenIn(IReadOnlyList<Cell> answer) =>
        SeenIn(answer[0].Value ?? "", answer[1].Value ?? "");

    private static MariaDbGtidList? SeenIn(string logged, string applied) =>
        MariaDbGtidList.Seen(logged, applied) is { IsEmpty: false } seen ? seen : null;

    // What is shown is cut off where it is long.
    public override ReplicationPosition? HeldOf(IReadOnlyDictionary<string, string> variables)
    {
        var (state, applied) = (variables.GetValueOrDefault("gtid_binlog_state", ""), variables.GetValueOrDefault("gtid_slave_pos", ""));
        return state.Length < ShownAtMost && applied.Length < ShownAtMost ? Held(state, applied) : null;
    }

    private const int ShownAtMost = 1024;

    public override async ValueTask<ReplicationPosition?> HeldAsync(ServerQuestions server)
    {
        var (applied, state) = await BothAsync(server, "gtid_slave_pos", "gtid_binlog_state").ConfigureAwait(false);
        return Held(state, applied);
    }

    private static MariaDbGtidList? Held(string state, string applied) =>
        MariaDbGtidList.Logged(state, applied) is { IsEmpty: false } held ? held : null;

    public override async ValueTask<bool> LacksAsync(ServerQuestions primary, ReplicationPosition held)
    {
        var (state, applied) = await BothAsync(primary, "gtid_binlog_state", "gtid_slave_pos").ConfigureAwait(false);
        return ((MariaDbGtidList)held).HasMoreThan(state, applied);
    }

    // The binary log's state has the last transaction of each server and domain, where the position has one for each domain.
    public override async ValueTask<bool> HasKeptAsync(ServerQuestions primary, ReplicationPosition position, bool wasRestarted)
    {
        var isDurable =
            !wasRestarted || await primary.VariableAsync("innodb_flush_log_at_trx_commit", AnswerTime).ConfigureAwait(false) == "1";
        if (!isDurable)
        {
            return false;
        }

        var (state, applied) = await BothAsync(primary, "gtid_binlog_state", "gtid_slave_pos").ConfigureAwait(false);
        return MariaDbGtidList.Logged(state, applied).Contains(position);
    }

    public override async ValueTask<ReplicationPosition> ReachedAsync(ServerQuestions server)
    {
        var (applied, state) = await BothAsync(server, "gtid_slave_pos", "gtid_binlog_state").ConfigureAwait(false);
        return MariaDbGtidList.Reached(applied, state);
    }

    // The first is asked first: columns are evaluated in order.
    private static async ValueTask<(string First, string Second)> BothAsync(ServerQuestions server, string first, string second)
    {
        if (server.AreThroughProxy)
        {
            var one = await server.VariableAsync(first, AnswerTime).ConfigureAwait(false);
            return (one, await server.VariableAsync(second, AnswerTime).ConfigureAwait(false));
        }

        var answer = await server.AskAsync($"SELECT @@GLOBAL.{first}, @@GLOBAL.{second}", AnswerTime).ConfigureAwait(false);
        return (answer[0].Value ?? "", answer[1].Value ?? "");
    }

    public override async ValueTask<ReplicationPosition> WaitAsync(
        ServerQuestions server,
        ReplicationPosition position,
        TimeSpan timeout,
        TimeSpan patience
    )
    {
        if (position.IsEmpty)
        {
            return await ReachedAsync(server).ConfigureAwait(false);
        }

        // The wait ignores server ids, hence the questions behind it; as later columns they are evaluated after the first.
        var ends = ((MariaDbGtidList)position).Ends;
        var wait = string.Create(CultureInfo.InvariantCulture, $"SELECT MASTER_GTID_WAIT('{ends}', {timeout.TotalSeconds:F3})");
        if (server.AreThroughProxy)
        {
            await server.AskAsync(wait, patience).ConfigureAwait(false);
            return await ReachedAsync(server).ConfigureAwait(false);
        }

        // The limit is not meant for us, and a wait that it ends says nothing of the server.
        wait = server.MayBeLimited ? "SET STATEMENT max_statement_time = 0 FOR " + wait : wait;
        var answer = await server.AskAsync(wait + ", @@GLOBAL.gtid_slave_pos, @@GLOBAL.gtid_binlog_state", patience).ConfigureAwait(false);
        return MariaDbGtidList.Reached(answer[1].Value ?? "", answer[2].Value ?? "");
    }

    public override async ValueTask<bool> PassBarrierAsync(ServerQuestions primary, TimeSpan timeout)
    {
        // Both at once: nearly always the engine has caught up with the log already.
        var answer = await primary.AskBothAsync("SHOW MASTER STATUS", EngineQuestion, AnswerTime).ConfigureAwait(false);
        if (answer.Count < LogColumns + EngineCells)
        {
            throw new InvalidOperationException("The primary has no binary log (log_bin), so that it cannot be a primary of replicas.");
        }

        var end = LogPlace.Of(answer[0].Value, answer[1].Value);
        if (Engine(answer[^EngineCells..]).IsAtLeast(end))
        {
            return true;
        }

        return await PollAsync(
                primary,
                timeout,
                async () => Engine(await primary.AskAsync(EngineQuestion, AnswerTime).ConfigureAwait(false)).IsAtLeast(end)
            )
            .ConfigureAwait(false);
    }

    private const string EngineQuestion = "SHOW STATUS WHERE Variable_name IN ('Binlog_snapshot_file', 'Binlog_snapshot_position')";
    private const int LogColumns = 4;
    private const int EngineCells = 4;

    // Rows of name and value, file before position.
    private static LogPlace Engine(List<Cell> cells) => LogPlace.Of(cells[1].Value, cells[3].Value);

    /// <summary>A place in the binary log, whose files are numbered: <c>binlog.000002</c>, 1234.</summary>
    private readonly record struct LogPlace(long File, long Position)
    {
        public static LogPlace Of(string? file, string? position) =>
            new(
                long.TryParse(
                    file.AsSpan()[((file ?? "").LastIndexOf('.') + 1)..],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? number
                    : 0,
                long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : 0
            );

        public bool IsAtLeast(LogPlace other) => File > other.File || (File == other.File && Position >= other.Position);
    }
}
