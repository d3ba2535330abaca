using System.Collections.Concurrent;
using System.Globalization;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>
/// Asks each new physical connection which run of which server it reaches. Everything that a session read may be missing
/// from another run: a replica that is not durable was seen to come back 20 writes older.
/// </summary>
/// <param name="mustBeReadOnly">True for a replica, unless the caller allows writable ones.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerIdentity(bool mustBeReadOnly, TimeProvider time)
{
    // Its own deadline: the answer takes a millisecond, and a server that stopped must not hold the opening.
    private const int TimeoutSeconds = 5;

    // Uptime counts whole seconds.
    private static readonly TimeSpan UptimeUnit = TimeSpan.FromSeconds(1);

    private const string Variables =
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'server_id', 'server_uuid', 'server_uid', 'read_only', 'log_bin', "
        + "'log_slave_updates', 'gtid_mode')";

    private const string Uptime = "SHOW GLOBAL STATUS LIKE 'Uptime'";

    private static readonly string[] IdentityVariables = ["server_id", "server_uid", "server_uuid"];

    private readonly object _lock = new();

    // By the server's connection id.
    private readonly ConcurrentDictionary<int, bool> _unproven = new();
    private RoutedServer? _server;
    private Action<RoutedServer>? _restarted;
    private string? _identity;
    private DateTimeOffset _startedAfter;
    private DateTimeOffset _startedBefore;

    /// <summary>Judges for a server from now on.</summary>
    /// <param name="server">The server.</param>
    /// <param name="restarted">Told of each run that is another than the one before.</param>
    public void Follow(RoutedServer server, Action<RoutedServer> restarted)
    {
        _server = server;
        _restarted = restarted;
    }

    public async ValueTask CheckAsync(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        var connection = context.Connection;
        var isNew = (context.Conditions & MySqlConnectionOpenedConditions.New) != 0;
        if (!isNew && !_unproven.ContainsKey(connection.ServerThread))
        {
            return;
        }

        // The driver pools a connection that fails here, and it comes back as an old one.
        _unproven[connection.ServerThread] = true;
        await AskAndCompareAsync(connection, cancellationToken).ConfigureAwait(false);
        _unproven.TryRemove(connection.ServerThread, out _);
    }

    private async Task AskAndCompareAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        Judge(await AskAsync(connection, cancellationToken).ConfigureAwait(false), asked, connection.ServerVersion);
    }

    /// <summary>Asks through a proxy, behind whose connections anyone may be.</summary>
    /// <param name="server">The server.</param>
    /// <exception cref="WritableReplicaException">It accepts writes.</exception>
    public async ValueTask AskAsync(ServerQuestions server)
    {
        var asked = time.GetUtcNow();
        var values = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (
            var row in (await server.AskBothAsync(Variables, Uptime, TimeSpan.FromSeconds(TimeoutSeconds)).ConfigureAwait(false)).Chunk(2)
        )
        {
            values[row[0].Value ?? ""] = row[1].Value ?? "";
        }

        Judge(values, asked, values.GetValueOrDefault("version", ""));
    }

    private void Judge(SortedDictionary<string, string> values, DateTimeOffset asked, string version)
    {
        if (mustBeReadOnly && values.GetValueOrDefault("read_only") is null or "OFF" or "0")
        {
            throw new WritableReplicaException(
                $"Replica '{_server?.Name}' accepts writes (read_only=0), so that a write which reaches it by mistake would be lost "
                    + $"silently. Set read_only=1 there, or call AllowWritableReplicas().",
                wasReplica: _server is { Incarnation: > 0 }
            );
        }

        var identity = string.Join(' ', IdentityVariables.Where(values.ContainsKey).Select(name => $"{name}={values[name]}"));
        var uptime = TimeSpan.FromSeconds(long.Parse(values.GetValueOrDefault("Uptime", "0"), CultureInfo.InvariantCulture));
        Compare(identity, asked - uptime - UptimeUnit, time.GetUtcNow() - uptime);
        _server?.Introduce(ServerProtocol.Of(version), values);
    }

    private static async Task<SortedDictionary<string, string>> AskAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        var values = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var command = new MySqlCommand(Variables + "; " + Uptime, connection) { CommandTimeout = TimeoutSeconds };
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                do
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        values[reader.GetString(0)] = reader.GetString(1);
                    }
                } while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
            }
        }

        return values;
    }

    // The server started between the two instants. They are replaced by the latest ones each time, so that clocks
    // which drift apart over weeks are not taken for a restart.
    private void Compare(string identity, DateTimeOffset startedAfter, DateTimeOffset startedBefore)
    {
        bool isFirst,
            isOther,
            isSame;
        lock (_lock)
        {
            isFirst = _identity is null;
            isSame = _identity == identity;
            isOther = !isFirst && (!isSame || startedAfter > _startedBefore || startedBefore < _startedAfter);
            (_identity, _startedAfter, _startedBefore) = (identity, startedAfter, startedBefore);
        }

        if (_server is not null && (isFirst || isOther))
        {
            _server.NewIncarnation(isRestart: isOther && isSame);
            if (isOther)
            {
                _restarted?.Invoke(_server);
            }
        }
    }
}
