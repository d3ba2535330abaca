using System.Globalization;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>What a server said of itself.</summary>
/// <param name="Server">The server.</param>
/// <param name="Variables">Its global variables.</param>
/// <param name="Identities">Who answered at its address.</param>
internal sealed record SeenServer(RoutedServer Server, IReadOnlyDictionary<string, string> Variables, HashSet<string> Identities)
{
    public IReadOnlyList<string> Grants { get; init; } = [];

    /// <summary>Whom it follows; null where it does not say.</summary>
    public ReplicationStatus? Replication { get; init; }

    /// <summary>Why it does not say whom it follows; null where it does.</summary>
    public string? ReplicationRefusal { get; init; }

    /// <summary>Whom the server takes the user for, as GRANT names it; empty where it does not say.</summary>
    public string Account { get; init; } = "";

    /// <summary>The databases that its log leaves out or has alone, as the server says it; null where it does not.</summary>
    public (string Only, string Without)? LogFilter { get; init; }

    /// <summary>Whether its connections are refused because it is not what the configuration takes it for.</summary>
    public bool IsRefused { get; init; }

    public string Name => Server.Name;

    public bool IsPrimary => Server.IsPrimary;

    public string Version => Value("version");

    public Version Number => ServerProtocol.NumberOf(Version);

    public ServerProtocol Protocol => ServerProtocol.Of(Version);

    public bool IsMariaDb => Protocol is MariaDbProtocol;

    public bool IsWritable => Value("read_only") is "" or "OFF" or "0";

    /// <summary>The sources that it says it has; none where it does not say.</summary>
    public IReadOnlyList<ReplicationChannel> Channels => Replication?.Channels ?? [];

    public string Value(string name) => Variables.GetValueOrDefault(name) ?? "";

    public bool IsOn(string name) => Value(name) is "ON" or "1" or "on";

    /// <summary>A variable that is a number; null for another.</summary>
    public long? Count(string name) =>
        long.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>What tells it from others: MySQL's UUID, MariaDB's id, which each server of a cluster has for itself.</summary>
    public string Id => Value("server_uuid") is { Length: > 0 } uuid ? uuid : Value("server_id");

    /// <summary>Whether this server is the source of a channel, as far as ids tell.</summary>
    public bool IsSourceOf(ReplicationChannel channel) => channel.IsFrom(Value("server_id"), Value("server_uuid"));

    /// <summary>Whether this server follows another by a channel of its own that runs, or tries to.</summary>
    public bool Follows(SeenServer other) => HasSource(other, static channel => channel.IsLive);

    /// <summary>Whether this server gets what another writes at this moment.</summary>
    public bool RunsFrom(SeenServer other) => HasSource(other, static channel => channel.Receiver.State == ReplicationState.Running);

    /// <summary>Whether another is a source of this server, which may have been stopped.</summary>
    public bool HasSource(SeenServer other) => HasSource(other, static _ => true);

    private bool HasSource(SeenServer other, Func<ReplicationChannel, bool> counts) =>
        !ReferenceEquals(this, other) && Channels.Any(channel => counts(channel) && other.IsSourceOf(channel));

    /// <summary>Who it is.</summary>
    public static string Identity(Dictionary<string, string> variables) =>
        string.Create(
                CultureInfo.InvariantCulture,
                $"server_id {variables.GetValueOrDefault("server_id")} {variables.GetValueOrDefault("server_uuid")}"
            )
            .TrimEnd();
}
