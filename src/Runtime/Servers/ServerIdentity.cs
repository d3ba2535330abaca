using System.Globalization;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>
/// Asks each new physical connection which run of which server it reaches. Everything that a session read may be missing
/// from another run: a replica that is not durable was seen to come back 20 writes older.
/// </summary>
/// <param name="isPrimary">Whether it should be the primary, which takes writes.</param>
/// <param name="mayWrite">Whether it may take writes; true for the primary.</param>
/// <param name="answering">Who answers behind a proxy that lets others answer for one that is down; null elsewhere.</param>
internal sealed class ServerIdentity(bool isPrimary, bool mayWrite, AnsweringServers? answering = null)
{
    // Its own deadline: the answer takes a millisecond, and a server that stopped must not hold the opening.
    private const int TimeoutSeconds = 5;

    private const string Before = "SELECT UNIX_TIMESTAMP()";

    private const string Variables =
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'server_id', 'server_uuid', 'server_uid', 'read_only', 'log_bin', "
        + "'log_slave_updates', 'gtid_mode', 'gtid_executed', 'gtid_binlog_state', 'gtid_slave_pos')";

    // Of a connection that begins with it off, by init_connect or the server's default, each read begins a transaction.
    private const string Autocommit = "SHOW SESSION VARIABLES LIKE 'autocommit'";

    private const string Uptime = "SHOW GLOBAL STATUS LIKE 'Uptime'";

    private const string After = "SELECT UNIX_TIMESTAMP(), UUID()";

    private static readonly string[] IdentityVariables = ["server_id", "server_uid", "server_uuid"];

    private readonly object _lock = new();

    private RoutedServer? _server;
    private Action<RoutedServer, bool>? _changed;
    private ServerRun? _run;
    private Finding _untold = Finding.Same;

    /// <summary>Judges for a server from now on.</summary>
    /// <param name="server">The server.</param>
    /// <param name="changed">Told of each run that was not there before, and whether there was another before it.</param>
    public void Follow(RoutedServer server, Action<RoutedServer, bool> changed)
    {
        _server = server;
        _changed = changed;
    }

    /// <summary>Asks on a connection that was opened just now, if it is a new one.</summary>
    /// <exception cref="OutdatedConnectionException">It leads elsewhere than the connections of its generation before it.</exception>
    /// <exception cref="WritableReplicaException">A replica accepts writes.</exception>
    /// <exception cref="ReadOnlyPrimaryException">The primary does not.</exception>
    public async ValueTask CheckAsync(MySqlConnectionOpenedContext context, PoolGeneration generation, CancellationToken cancellationToken)
    {
        var connection = context.Connection;
        var isNew = (context.Conditions & MySqlConnectionOpenedConditions.New) != 0;

        // In a transaction the driver hands on a connection that another data source opened: nobody has asked for this one.
        if (!isNew && generation.HasRun && !generation.IsUnproven(connection.ServerThread))
        {
            return;
        }

        await CheckAsync(connection, generation, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks on an open connection.</summary>
    /// <inheritdoc cref="CheckAsync(MySqlConnectionOpenedContext, PoolGeneration, CancellationToken)"/>
    public async ValueTask CheckAsync(MySqlConnection connection, PoolGeneration generation, CancellationToken cancellationToken)
    {
        var number = connection.ServerThread;
        generation.BeginToAsk(number);
        SortedDictionary<string, string> answer;
        try
        {
            answer = await AskAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Given up: whoever opens it keeps it until it has told.
            generation.EndToAsk(number);
            throw;
        }

        Judge(answer, connection.ServerVersion, generation);
        generation.EndToAsk(number);
    }

    /// <summary>Whether an opening failed with what the server told of itself.</summary>
    public static bool HasTold(Exception exception) =>
        exception is OutdatedConnectionException or WritableReplicaException or ReadOnlyPrimaryException or AnsweredByOtherException;

    /// <summary>Asks through a proxy, behind whose connections anyone may be.</summary>
    /// <param name="server">The server.</param>
    /// <exception cref="WritableReplicaException">A replica accepts writes.</exception>
    /// <exception cref="ReadOnlyPrimaryException">The primary does not.</exception>
    public async ValueTask AskAsync(ServerQuestions server)
    {
        var deadline = TimeSpan.FromSeconds(TimeoutSeconds);
        var answer = new Answer();
        foreach (var cell in await server.AskBothAsync(Before, Variables, deadline).ConfigureAwait(false))
        {
            answer.Add(cell.Value);
        }

        foreach (var cell in await server.AskBothAsync(Uptime, After, deadline).ConfigureAwait(false))
        {
            answer.Add(cell.Value);
        }

        var values = answer.Values();
        Judge(values, values.GetValueOrDefault("version", ""), generation: null);
    }

    private void Judge(SortedDictionary<string, string> values, string version, PoolGeneration? generation)
    {
        var run = RunOf(values, version);
        if (answering is not null && _server is not null)
        {
            _server.IsAnsweredByOther = !answering.IsItself(_server, run.Server);
            if (_server.IsAnsweredByOther)
            {
                throw new AnsweredByOtherException(_server.Name);
            }
        }

        var found = Compare(run, generation);
        var isReadOnly = values.GetValueOrDefault("read_only") is not (null or "OFF" or "0");
        if (!mayWrite && !isReadOnly)
        {
            var wasReplica = _server is { Protocol: not null };
            if (wasReplica)
            {
                _server!.IsPromoted = true;
                _server.NoteHeld(ServerProtocol.Of(version).HeldOf(values), _server.Incarnation);
            }

            throw new WritableReplicaException(
                $"Replica '{_server?.Name}' accepts writes (read_only=0), so that a write which reaches it by mistake would be lost "
                    + $"silently. Set read_only=1 there, or call AllowWritableReplicas().",
                wasReplica
            );
        }

        if (isPrimary && isReadOnly)
        {
            if (generation is { IsUsed: true })
            {
                // Those that were made before lead there too.
                generation.Retire();
            }

            throw new ReadOnlyPrimaryException(
                "The server at the primary's address refuses writes (read_only), so that it is not the primary, or not "
                    + "any more. Reads that "
                    + "must be current do not run there. Let the address lead to the primary; or set read_only=0 there, if it is."
            );
        }

        if (_server is null || found == Finding.OfYesterday)
        {
            throw new OutdatedConnectionException();
        }

        _server.Introduce(ServerProtocol.Of(version), values);
        if (TakeUntold() is not Finding.Same and var untold)
        {
            _changed!(_server, untold != Finding.First);
        }

        if (found == Finding.OtherThanItsPool)
        {
            throw new OutdatedConnectionException();
        }
    }

    private static ServerRun RunOf(SortedDictionary<string, string> values, string version) =>
        ServerRun.Of(
            string.Join(' ', IdentityVariables.Where(values.ContainsKey).Select(name => $"{name}={values[name]}")),
            version,
            long.Parse(values[Answer.Before], CultureInfo.InvariantCulture),
            long.Parse(values.GetValueOrDefault("Uptime", "0"), CultureInfo.InvariantCulture),
            long.Parse(values[Answer.After], CultureInfo.InvariantCulture),
            values[Answer.Uuid]
        );

    private static async Task<SortedDictionary<string, string>> AskAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        var answer = new Answer();
        var text = string.Join("; ", Before, Variables, Autocommit, Uptime, After);
        var command = new MySqlCommand(text, connection) { CommandTimeout = TimeoutSeconds };
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                do
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        for (var i = 0; i < reader.FieldCount; i++)
                        {
                            answer.Add(Cell.TextOf(reader, i));
                        }
                    }
                } while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
            }
        }

        return answer.Values();
    }

    private Finding Compare(ServerRun run, PoolGeneration? generation)
    {
        lock (_lock)
        {
            if (generation is { IsCurrent: false })
            {
                return Finding.OfYesterday;
            }

            var before = _run;
            _run = run;
            if (before?.IsSame(run) == true)
            {
                return Met(generation, Finding.Same);
            }

            // Before anybody takes the others for this run.
            var isOutdated = generation is { HasRun: true } && before?.IsOther(run) == true;
            if (isOutdated)
            {
                generation!.Retire();
            }

            if (_server is not null)
            {
                _server.NewIncarnation(run.Name, isRestart: _server.Met.Contains(run.Server));
                _server.NoteMet(run.Server);
            }

            var finding =
                isOutdated ? Finding.OtherThanItsPool
                : before is null ? Finding.First
                : Finding.Other;
            _untold = _untold == Finding.Same || finding != Finding.First ? finding : _untold;
            return isOutdated ? finding : Met(generation, finding);
        }
    }

    // A run that was refused when it was met first is told of when it is not refused any more.
    private Finding TakeUntold()
    {
        lock (_lock)
        {
            var untold = _untold;
            _untold = Finding.Same;
            return untold;
        }
    }

    private static Finding Met(PoolGeneration? generation, Finding finding)
    {
        if (generation is not null)
        {
            generation.HasRun = true;
        }

        return finding;
    }

    private enum Finding
    {
        /// <summary>The run that is known.</summary>
        Same,

        /// <summary>The first that was met.</summary>
        First,

        /// <summary>Another than the one before.</summary>
        Other,

        /// <summary>Another than the one that the connections of the generation lead to: this one is of no use there.</summary>
        OtherThanItsPool,

        /// <summary>The generation has ended meanwhile: what is said there is of yesterday.</summary>
        OfYesterday,
    }

    /// <summary>The cells of all four questions, in order.</summary>
    private readonly struct Answer()
    {
        public const string Before = "(before)";
        public const string After = "(after)";
        public const string Uuid = "(uuid)";

        private readonly List<string?> _cells = [];

        public void Add(string? value) => _cells.Add(value);

        // Before; names and values; after and the UUID.
        public SortedDictionary<string, string> Values()
        {
            var values = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                [Before] = _cells[0] ?? "0",
                [After] = _cells[^2] ?? "0",
                [Uuid] = _cells[^1] ?? "",
            };
            for (var i = 1; i < _cells.Count - 3; i += 2)
            {
                values[_cells[i] ?? ""] = _cells[i + 1] ?? "";
            }

            return values;
        }
    }
}
