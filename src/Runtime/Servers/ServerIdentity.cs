using System.Globalization;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>
/// Asks each new physical connection which run of which server it reaches. Everything that a session read may be missing
/// from another run: a replica that is not durable was seen to come back 20 writes older.
/// </summary>
/// <param name="isPrimary">Whether it should be the primary, which takes writes.</param>
/// <param name="mayWrite">Whether it may take writes; true for the primary.</param>
internal sealed class ServerIdentity(bool isPrimary, bool mayWrite)
{
    // Its own deadline: the answer takes a millisecond, and a server that stopped must not hold the opening.
    private const int TimeoutSeconds = 5;

    private const string Before = "SELECT UNIX_TIMESTAMP()";

    private const string Variables =
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'server_id', 'server_uuid', 'server_uid', 'read_only', 'log_bin', "
        + "'log_slave_updates', 'gtid_mode')";

    private const string Uptime = "SHOW GLOBAL STATUS LIKE 'Uptime'";

    private const string After = "SELECT UNIX_TIMESTAMP(), UUID()";

    private static readonly string[] IdentityVariables = ["server_id", "server_uid", "server_uuid"];

    private readonly object _lock = new();

    private RoutedServer? _server;
    private Action<RoutedServer, bool>? _changed;
    private ServerRun? _run;

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
        if (!isNew && !generation.Unproven.ContainsKey(connection.ServerThread))
        {
            return;
        }

        generation.Unproven[connection.ServerThread] = true;
        Judge(await AskAsync(connection, cancellationToken).ConfigureAwait(false), connection.ServerVersion, generation);
        generation.Unproven.TryRemove(connection.ServerThread, out _);
    }

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
        var isOutdated = Compare(RunOf(values, version), generation);
        var isReadOnly = values.GetValueOrDefault("read_only") is not (null or "OFF" or "0");
        if (!mayWrite && !isReadOnly)
        {
            throw new WritableReplicaException(
                $"Replica '{_server?.Name}' accepts writes (read_only=0), so that a write which reaches it by mistake would be lost "
                    + $"silently. Set read_only=1 there, or call AllowWritableReplicas()."
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
                "The server at the primary's address refuses writes (read_only), so that it is not the primary, or not any more. Reads that "
                    + "must be current do not run there. Let the address lead to the primary; or set read_only=0 there, if it is."
            );
        }

        _server?.Introduce(ServerProtocol.Of(version), values);
        if (isOutdated)
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
        var text = string.Join("; ", Before, Variables, Uptime, After);
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
                            answer.Add(Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture));
                        }
                    }
                } while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
            }
        }

        return answer.Values();
    }

    // Whether the connection is of no use, because it leads elsewhere than those of its generation before it.
    private bool Compare(ServerRun run, PoolGeneration? generation)
    {
        bool isFirst,
            isOther,
            isOutdated;
        lock (_lock)
        {
            if (generation is { IsCurrent: false })
            {
                // What it says is of yesterday.
                return true;
            }

            isFirst = _run is null;
            isOther = _run is { } known && !known.IsSame(run);
            isOutdated = isOther && generation is { HasRun: true };
            if (isFirst || isOther)
            {
                _server?.NewIncarnation(isRestart: isOther && _run!.Server == run.Server);
            }

            _run = run;
            if (isOutdated)
            {
                generation!.Retire();
            }
            else if (generation is not null)
            {
                generation.HasRun = true;
            }
        }

        if (_server is not null && (isFirst || isOther))
        {
            _changed?.Invoke(_server, isOther);
        }

        return isOutdated;
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
