using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// Stock ProxySQL, 2.x: <c>/* hostgroup=N */</c> names a hostgroup; without it reads go to the reader hostgroup at random by
/// weight and everything else to the writer's.
/// </summary>
/// <remarks>
/// What a statement does to multiplexing is taken at its worst: after an <c>@</c> the connection stays on its server,
/// whatever comments say later, as was measured on 2.5.5. Where that would contradict a hostgroup the relay stays, too.
/// </remarks>
public sealed partial class ProxySqlRoute : IStatementRoute
{
    private readonly WeightedDraw _draw;
    private readonly IReadOnlyDictionary<int, string[]> _hostgroups;
    private readonly QueryRules _rules;
    private readonly Func<RelayServer, string, bool>? _hasGtid;
    private readonly ConcurrentQueue<string> _endedMultiplexing = new();
    private readonly ConcurrentQueue<string> _ignoredGtids = new();
    private readonly ConcurrentQueue<string> _checkedGtids = new();
    private readonly ConcurrentDictionary<int, int> _locks = new();

    /// <summary>ProxySQL with its hostgroups.</summary>
    /// <param name="seed">Draws the servers.</param>
    /// <param name="hostgroups">The names of each hostgroup's servers.</param>
    /// <param name="writers">The hostgroup of everything but reads.</param>
    /// <param name="readers">That of reads.</param>
    /// <param name="hasGtid">Whether a server has a <c>min_gtid</c>. Null: no binlog reader runs, so no server is known to have any.</param>
    /// <param name="rules">Its rules; null is <see cref="QueryRules.SelectsAlone"/>.</param>
    public ProxySqlRoute(
        int seed,
        IReadOnlyDictionary<int, string[]> hostgroups,
        int writers,
        int readers,
        Func<RelayServer, string, bool>? hasGtid = null,
        QueryRules? rules = null
    )
    {
        (_draw, _hostgroups, _hasGtid) = (new(seed), hostgroups, hasGtid);
        _rules = rules ?? QueryRules.SelectsAlone(writers, readers);
    }

    /// <summary>How long it tries to reach a server before it answers 9001 (<c>mysql-connect_timeout_server_max</c>; 10 seconds there).</summary>
    public TimeSpan ConnectTimeout { get; set; }

    /// <inheritdoc/>
    public bool MisnumbersPipelined => true;

    /// <summary>
    /// The texts, in order, that ended multiplexing for their connection: an <c>@</c> outside of quotes and comments, or
    /// a SET that ProxySQL does not parse since others follow it in one text. Empty is what a caller wants.
    /// </summary>
    public IReadOnlyList<string> EndedMultiplexing => [.. _endedMultiplexing];

    /// <summary>The values of <c>min_gtid</c> that are not exactly one <c>uuid:number</c>: ProxySQL goes on as if they were not there.</summary>
    public IReadOnlyList<string> IgnoredGtids => [.. _ignoredGtids];

    /// <summary>Those that it heeded.</summary>
    public IReadOnlyList<string> CheckedGtids => [.. _checkedGtids];

    /// <summary>A writer hostgroup 0, a reader hostgroup 1 of all replicas, and hostgroups 101, 102, ... of one replica each.</summary>
    /// <param name="seed">Draws the servers.</param>
    /// <param name="servers">The servers behind the relay.</param>
    /// <param name="hasGtid">Whether a server has a <c>min_gtid</c>.</param>
    /// <param name="rules">Its rules.</param>
    public static ProxySqlRoute WithHostgroupPerReplica(
        int seed,
        IReadOnlyList<RelayServer> servers,
        Func<RelayServer, string, bool>? hasGtid = null,
        QueryRules? rules = null
    )
    {
        var replicas = servers.Where(server => !server.IsPrimary).Select(server => server.Name).ToArray();
        var hostgroups = new Dictionary<int, string[]>
        {
            [0] = [.. servers.Where(server => server.IsPrimary).Select(server => server.Name)],
            [1] = replicas,
        };
        for (var i = 0; i < replicas.Length; i++)
        {
            hostgroups[101 + i] = [replicas[i]];
        }

        return new(seed, hostgroups, writers: 0, readers: 1, hasGtid, rules);
    }

    /// <inheritdoc/>
    public RelayServer Pick(StatementToRoute statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var (hostgroup, gtid) = Wanted(statement);
        if (statement.Client.PinnedTo is { } pinned)
        {
            return _locks.TryGetValue(statement.Client.Number, out var locked) && locked != hostgroup
                ? throw new RelayRefusedException(
                    9006,
                    $"ProxySQL Error: connection is locked to hostgroup {locked} but trying to reach hostgroup {hostgroup}"
                )
                : pinned;
        }

        return _draw.Draw(Candidates(statement.Servers, hostgroup, gtid))
            ?? throw new RelayRefusedException(9001, $"Max connect timeout reached while reaching hostgroup {hostgroup}")
            {
                After = ConnectTimeout,
            };
    }

    /// <inheritdoc/>
    public void Sent(StatementToRoute statement, RelayServer server)
    {
        ArgumentNullException.ThrowIfNull(statement);
        if (statement.Client.PinnedTo is not null)
        {
            return;
        }

        // A number of a connection that has been reset since.
        _locks.TryRemove(statement.Client.Number, out _);
        var isUnparsedSet = statement.Bare.IsSet && statement.IsMulti;
        if (isUnparsedSet)
        {
            _locks[statement.Client.Number] = Wanted(statement).Hostgroup;
        }

        if (isUnparsedSet || (statement.Bare.HasVariable && !KeepsMultiplexing().IsMatch(statement.Bare.Text)))
        {
            statement.Client.PinnedTo = server;
            _endedMultiplexing.Enqueue(statement.Text);
        }
    }

    private (int Hostgroup, string? Gtid) Wanted(StatementToRoute statement)
    {
        var hostgroup = _rules.HostgroupOf(statement);
        string? gtid = null;
        foreach (var (key, value) in ProxySqlComment.Keys(statement.Text, ";", "="))
        {
            if (key.Equals("hostgroup", StringComparison.OrdinalIgnoreCase) && Digits().Match(value) is { Success: true } digits)
            {
                hostgroup = int.Parse(digits.Value, CultureInfo.InvariantCulture);
            }
            else if (key.Equals("min_gtid", StringComparison.OrdinalIgnoreCase))
            {
                gtid = value;
            }
        }

        return (hostgroup, gtid);
    }

    private IEnumerable<RelayServer> Candidates(IReadOnlyList<RelayServer> servers, int hostgroup, string? gtid)
    {
        var names = _hostgroups.GetValueOrDefault(hostgroup, []);
        var members = servers.Where(server => names.Contains(server.Name));
        if (gtid is null)
        {
            return members;
        }

        if (!OneGtid().IsMatch(gtid))
        {
            _ignoredGtids.Enqueue(gtid);
            return members;
        }

        _checkedGtids.Enqueue(gtid);
        return members.Where(server => _hasGtid?.Invoke(server, gtid) ?? false);
    }

    [GeneratedRegex("^[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex("^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}:[0-9]+$", RegexOptions.IgnoreCase)]
    private static partial Regex OneGtid();

    // mysql-keep_multiplexing_variables, as it comes.
    [GeneratedRegex(
        @"^select\s+@@(session\.|local\.)?(tx_isolation|transaction_isolation|version)\w*(\s+(as\s+)?\w+)?(\s*,\s*@@(session\.|local\.)?(tx_isolation|transaction_isolation|version)\w*(\s+(as\s+)?\w+)?)*$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex KeepsMultiplexing();
}
