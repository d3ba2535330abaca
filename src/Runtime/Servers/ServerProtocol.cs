namespace MonotonicReads.Servers;

/// <summary>
/// What one kind of server says of its position, and how it is waited for. Statements only: the servers' session
/// trackers are not exposed by the driver.
/// </summary>
internal abstract class ServerProtocol
{
    /// <summary>Answers to these take a fraction of a millisecond; a server that needs longer is not one to read on.</summary>
    private protected static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <summary>The kind of a server.</summary>
    /// <param name="version">As it introduces itself: "10.11.14-MariaDB", "8.4.3".</param>
    public static ServerProtocol Of(string version) =>
        version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? MariaDbProtocol.Instance : MySqlProtocol.Instance;

    /// <summary>What OpenTelemetry's conventions for databases call it (db.system.name).</summary>
    public abstract string SystemName { get; }

    /// <summary>Parses a position of this kind, as a server said it.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public abstract ReplicationPosition Parse(string text);

    /// <summary>Whether a server draws the clock sequence of its UUIDs anew with each run.</summary>
    /// <param name="version">As it introduces itself.</param>
    public abstract bool HasExactRuns(string version);

    /// <summary>Whether a server's variables say that <see cref="SeenAsync"/> can be asked of it.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="isPrimary">Whether it applies nothing of others.</param>
    public abstract bool CanTellWhatWasSeen(IReadOnlyDictionary<string, string> variables, bool isPrimary);

    /// <summary>A position with all that this connection has committed.</summary>
    /// <returns>Null where nothing tells what.</returns>
    public abstract ValueTask<ReplicationPosition?> WrittenAsync(ServerQuestions server);

    /// <summary>A position with all that any read which has ended saw on the server; it may have more.</summary>
    /// <returns>Null where it tells none: a server that has data and an empty position says nothing of what it has.</returns>
    public abstract ValueTask<ReplicationPosition?> SeenAsync(ServerQuestions server);

    /// <summary>The same of the primary, and whether it takes writes: who refuses them when it has told is the primary no more, and what it
    /// has says nothing of what was written since.</summary>
    public async ValueTask<(ReplicationPosition? Position, bool TakesWrites)> SeenOfPrimaryAsync(
        RoutedServer primary,
        ServerQuestions server
    ) =>
        !primary.CanTellWhatWasSeen ? (null, true)
        // Nobody knows of whom it would be said.
        : SeenQuestion is not { } question || server.AreThroughProxy ? (await SeenAsync(server).ConfigureAwait(false), true)
        : await SeenAndRoleAsync(question, server).ConfigureAwait(false);

    private async ValueTask<(ReplicationPosition? Position, bool TakesWrites)> SeenAndRoleAsync(string question, ServerQuestions server)
    {
        var answer = await server.AskAsync(question + "; SELECT @@GLOBAL.read_only", AnswerTime).ConfigureAwait(false);
        return (SeenIn(answer), answer[^1].Value is null or "OFF" or "0");
    }

    /// <summary>What <see cref="SeenAsync"/> asks where no proxy is in between; null where that is no statement.</summary>
    private protected virtual string? SeenQuestion => null;

    /// <summary>What the first cells of its answer say.</summary>
    private protected virtual ReplicationPosition? SeenIn(IReadOnlyList<Cell> answer) => null;

    /// <summary>All that a server holds, by what it said as it introduced itself.</summary>
    /// <returns>Null where that does not tell.</returns>
    public abstract ReplicationPosition? HeldOf(IReadOnlyDictionary<string, string> variables);

    /// <summary>All that a server holds for sure, of each server that wrote.</summary>
    /// <returns>Null where it tells nothing.</returns>
    public abstract ValueTask<ReplicationPosition?> HeldAsync(ServerQuestions server);

    /// <summary>Whether the primary lacks something of what a replica held before it was asked.</summary>
    public abstract ValueTask<bool> LacksAsync(ServerQuestions primary, ReplicationPosition held);

    /// <summary>
    /// Whether a read that starts now on a primary which took the place of another, or of an earlier run of itself, sees a position. What
    /// its log says is not enough: a server that crashed can have lost what it logged, and one that was promoted can have given a
    /// lost transaction's number to another.
    /// </summary>
    /// <param name="primary">The primary.</param>
    /// <param name="position">What it must have.</param>
    /// <param name="wasRestarted">Whether it is a later run of the server that was read before.</param>
    public abstract ValueTask<bool> HasKeptAsync(ServerQuestions primary, ReplicationPosition position, bool wasRestarted);

    /// <summary>A position whose transactions a read that starts now sees; it may have fewer.</summary>
    public abstract ValueTask<ReplicationPosition> ReachedAsync(ServerQuestions server);

    /// <summary>Waits until a read that starts then sees a position.</summary>
    /// <param name="server">A replica.</param>
    /// <param name="position">What has to be reached.</param>
    /// <param name="timeout">How long; more than zero.</param>
    /// <param name="patience">How long the server may take to answer, waiting or not; no less than the timeout.</param>
    /// <returns>What the server has reached, after the wait: it may lack the position.</returns>
    public abstract ValueTask<ReplicationPosition> WaitAsync(
        ServerQuestions server,
        ReplicationPosition position,
        TimeSpan timeout,
        TimeSpan patience
    );

    /// <summary>
    /// Waits until a read that starts then sees on the primary all that any replica may have from it. The primary hands
    /// out its log before it commits to its own engine.
    /// </summary>
    /// <param name="primary">The primary.</param>
    /// <param name="timeout">How long; zero asks once.</param>
    /// <returns>Whether that is so.</returns>
    public abstract ValueTask<bool> PassBarrierAsync(ServerQuestions primary, TimeSpan timeout);

    /// <summary>
    /// Begins a read-only transaction that shows the state of this moment. READ COMMITTED, which a server may have as its default, shows a
    /// new one with each statement, whatever the transaction was begun with.
    /// </summary>
    /// <remarks>As text: a driver that knows of a transaction wants it handed over with each command.</remarks>
    /// <param name="server">The server.</param>
    /// <param name="begun">What was said to be begun: with a former isolation level that of the session is changed.</param>
    public static async ValueTask BeginSnapshotAsync(ServerQuestions server, BegunSnapshot begun)
    {
        const string Start = "START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT";
        if (begun.Server.StandIn is { } standIn && await standIn.BeginSnapshotAsync(server).ConfigureAwait(false))
        {
            return;
        }

        if (!server.SetsIsolationOfSession)
        {
            await server.AskBothAsync("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", Start, AnswerTime).ConfigureAwait(false);
        }
        else if (begun.FormerIsolation is null)
        {
            await server.AskAsync(Start, AnswerTime).ConfigureAwait(false);
        }
        else
        {
            await server.AskBothAsync(OfSession + RepeatableRead, Start, AnswerTime).ConfigureAwait(false);
        }
    }

    /// <summary>The isolation level that a session has to get back after a snapshot, in the words of SET.</summary>
    /// <returns>Null where it need not be changed for one.</returns>
    /// <exception cref="InvalidOperationException">The server says of none that is known.</exception>
    public static async ValueTask<string?> IsolationToRestoreAsync(ServerQuestions server)
    {
        if (!server.SetsIsolationOfSession)
        {
            return null;
        }

        var cells = await server
            .AskAsync("SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')", AnswerTime)
            .ConfigureAwait(false);
        var level = (cells.Count > 1 ? cells[1].Value ?? "" : "").Replace('-', ' ').ToUpperInvariant();
        return level == RepeatableRead ? null
            : Isolations.Contains(level) ? level
            : throw new InvalidOperationException("The server does not say which isolation level its session has (tx_isolation).");
    }

    /// <summary>Ends it, and the setting for it where that alone was done. A server can be told to begin another one, or to hang up, with
    /// each end (<c>completion_type</c>).</summary>
    /// <param name="server">The server.</param>
    /// <param name="formerIsolation">What <see cref="IsolationToRestoreAsync"/> returned.</param>
    public static async ValueTask EndSnapshotAsync(ServerQuestions server, string? formerIsolation)
    {
        if (server.StandIn is { } standIn && await standIn.EndSnapshotAsync(server).ConfigureAwait(false))
        {
            return;
        }

        await server.AskAsync("COMMIT AND NO CHAIN NO RELEASE", AnswerTime).ConfigureAwait(false);
        if (formerIsolation is not null)
        {
            await server.AskAsync(OfSession + formerIsolation, AnswerTime).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the transaction that a read has begun where autocommit is off; nothing was written in it.</summary>
    /// <param name="server">The server.</param>
    public static async ValueTask EndMomentAsync(ServerQuestions server) =>
        await server.AskAsync("ROLLBACK AND NO CHAIN NO RELEASE", AnswerTime).ConfigureAwait(false);

    private const string OfSession = "SET SESSION TRANSACTION ISOLATION LEVEL ";
    private const string RepeatableRead = "REPEATABLE READ";

    private static readonly string[] Isolations = ["READ UNCOMMITTED", "READ COMMITTED", "SERIALIZABLE"];

    /// <summary>Sets what was set on another connection, so that this one can take its place.</summary>
    /// <param name="server">The server, on the new connection.</param>
    /// <param name="text">One <c>SET</c>, or several where one looks at what another has set. Where it fails the connection is of no
    /// use.</param>
    public static async ValueTask SetAsync(ServerQuestions server, string text) =>
        await server.AskAsync(text, AnswerTime).ConfigureAwait(false);

    /// <summary>From whom a replica gets what is written, and whether it does.</summary>
    /// <exception cref="System.Data.Common.DbException">The user may not ask.</exception>
    public async ValueTask<ReplicationStatus> ReplicationAsync(ServerQuestions replica) =>
        ReplicationStatus.Of(await replica.AskAsync(ReplicationQuestion(replica.ServerVersion), AnswerTime).ConfigureAwait(false));

    /// <summary>The statement that asks for it.</summary>
    /// <param name="version">As the server introduces itself.</param>
    public abstract string ReplicationQuestion(string version);

    /// <summary>The privilege without which a replica does not say it, as GRANT names it.</summary>
    /// <param name="version">As the server introduces itself.</param>
    public abstract string ReplicationPrivilege(string version);

    /// <summary>The privilege without which a primary does not say how far its log is, as GRANT names it.</summary>
    /// <param name="version">As the server introduces itself.</param>
    public abstract string LogPrivilege(string version);

    /// <summary>The number of a version: "8.0.36-0ubuntu1", "5.6.24-log", "5.5.5-10.11.14-MariaDB".</summary>
    public static Version NumberOf(string version)
    {
        // What MariaDB says first to replicas that know no ten.
        const string Old = "5.5.5-";
        var text = version.StartsWith(Old, StringComparison.Ordinal) ? version[Old.Length..] : version;
        var numbers = string.Concat(text.TakeWhile(static c => char.IsAsciiDigit(c) || c == '.'));
        return Version.TryParse(numbers, out var number) ? number : new Version();
    }

    /// <summary>Asks again and again, at growing intervals, until the answer is yes or time is up.</summary>
    private protected static async ValueTask<bool> PollAsync(ServerQuestions server, TimeSpan timeout, Func<ValueTask<bool>> ask)
    {
        var started = server.Time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = pause < LongestPause ? pause * 2 : pause)
        {
            if (await ask().ConfigureAwait(false))
            {
                return true;
            }

            var left = timeout - server.Time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            await server.DelayAsync(left < pause ? left : pause).ConfigureAwait(false);
        }
    }

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(16);
}
