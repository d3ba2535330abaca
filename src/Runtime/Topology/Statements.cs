using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>The statements that mend things, in the words of each kind and version.</summary>
internal static class Statements
{
    private static readonly Version FirstWithReplica = new(8, 0, 22);
    private static readonly Version FirstWithSource = new(8, 0, 23);
    private static readonly Version FirstOfMariaDbWithoutReadOnlyForSuper = new(10, 11);
    private static readonly Version FirstOfMariaDbWithReadOnlyAdmin = new(10, 5, 2);
    private static readonly Version FirstOfMySqlWithConnectionAdmin = new(8, 0);

    /// <summary>Starts what replicates from a source.</summary>
    public static string Start(SeenServer replica, ReplicationChannel channel) =>
        replica.IsMariaDb
            ? $"START SLAVE{(channel.Name.Length > 0 ? " " + Quoted(channel.Name) : "")}"
            : (replica.Number >= FirstWithReplica ? "START REPLICA" : "START SLAVE")
                + (channel.Name.Length > 0 ? $" FOR CHANNEL {Quoted(channel.Name)}" : "");

    /// <summary>The name of the statement that says whom a replica follows.</summary>
    public static string Follow(SeenServer replica) =>
        replica.IsMariaDb ? "CHANGE MASTER TO MASTER_HOST = ..., MASTER_USE_GTID = slave_pos, then START SLAVE"
        : replica.Number >= FirstWithSource ? "CHANGE REPLICATION SOURCE TO SOURCE_HOST = ..., SOURCE_AUTO_POSITION = 1, then START REPLICA"
        : "CHANGE MASTER TO MASTER_HOST = ..., MASTER_AUTO_POSITION = 1, then START SLAVE";

    /// <summary>Ends what replicates, for good.</summary>
    public static string FollowNobody(SeenServer server) =>
        server.IsMariaDb ? "STOP ALL SLAVES, then RESET SLAVE ALL"
        : server.Number >= FirstWithReplica ? "STOP REPLICA, then RESET REPLICA ALL"
        : "STOP SLAVE, then RESET SLAVE ALL";

    /// <summary>Gives privileges to the user of a connection.</summary>
    public static string Grant(SeenServer server, IEnumerable<string> privileges) =>
        $"GRANT {string.Join(", ", privileges)} ON *.* TO {Account(server)}";

    /// <summary>Takes from the user what lets it write to a server that is read only.</summary>
    public static string RevokeWriting(SeenServer server) =>
        $"REVOKE {string.Join(", ", WritingInSpiteOfReadOnly(server))} ON *.* FROM {Account(server)}";

    /// <summary>The privileges with which a user writes to a server that is read only.</summary>
    public static IReadOnlyList<string> WritingInSpiteOfReadOnly(SeenServer server) =>
        server.IsMariaDb
            ? server.Number >= FirstOfMariaDbWithoutReadOnlyForSuper
                ? ["READ_ONLY ADMIN"]
                : server.Number >= FirstOfMariaDbWithReadOnlyAdmin
                    ? ["READ_ONLY ADMIN", "SUPER"]
                    : ["SUPER"]
            : server.Number >= FirstOfMySqlWithConnectionAdmin
                ? ["CONNECTION_ADMIN", "SUPER"]
                : ["SUPER"];

    private static string Account(SeenServer server) => server.Account.Length > 0 ? server.Account : "'user'@'host'";

    /// <summary>A user as a statement names it, from what <c>CURRENT_USER()</c> says: a host has no @, a name may have.</summary>
    public static string AccountOf(string? currentUser)
    {
        var at = (currentUser ?? "").LastIndexOf('@');
        return at < 0 ? "" : $"{Quoted(currentUser![..at])}@{Quoted(currentUser[(at + 1)..])}";
    }

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}
