using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>What the user of a connection may do on its server.</summary>
internal static class Privileges
{
    // From here on SUPER is not enough.
    private static readonly Version SuperIsRefusedByMariaDb = new(10, 11);

    /// <summary>The lines of <c>SHOW GRANTS</c>; none where the server does not tell.</summary>
    public static async Task<IReadOnlyList<string>> OfUserAsync(ServerQuestions server, TimeSpan deadline)
    {
        try
        {
            return (await server.AskAsync("SHOW GRANTS", deadline).ConfigureAwait(false)).ConvertAll(cell => cell.Value ?? "");
        }
        catch (DbException exception) when (exception.SqlState is not null)
        {
            return [];
        }
    }

    /// <summary>That the user may write to a replica although it is read only.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="grants">The lines: <c>GRANT SELECT, SUPER ON *.* TO ...</c>.</param>
    /// <param name="variables">The server's.</param>
    /// <returns>Null where it may not.</returns>
    public static TopologyFinding? InSpiteOfReadOnly(
        RoutedServer replica,
        IEnumerable<string> grants,
        IReadOnlyDictionary<string, string> variables
    ) =>
        Writing(grants, variables, replica.Protocol is MariaDbProtocol) is { } privilege
            ? new TopologyFinding(
                "MRT013",
                TopologySeverity.Warning,
                replica.Name,
                $"is read_only, and its user may write all the same ({privilege}): a stored function that writes, called by a read, "
                    + "writes there and is lost silently.",
                "Give the application a user without it: REVOKE READ_ONLY ADMIN, SUPER (MariaDB) or CONNECTION_ADMIN, SUPER (MySQL) ON "
                    + "*.*; on MySQL super_read_only = 1 does too."
            )
            : null;

    // Some servers refuse even those who have it.
    private static string? Writing(IEnumerable<string> grants, IReadOnlyDictionary<string, string> variables, bool isMariaDb)
    {
        if (variables.GetValueOrDefault("super_read_only") is "ON" or "1" || variables.GetValueOrDefault("read_only") == "NO_LOCK_NO_ADMIN")
        {
            return null;
        }

        List<string> wanted = ["ALL PRIVILEGES", .. isMariaDb ? ["READ_ONLY ADMIN", "READ ONLY ADMIN"] : (string[])["CONNECTION_ADMIN"]];
        var isOld =
            !Version.TryParse(variables.GetValueOrDefault("version", "").Split('-')[0], out var version)
            || version < SuperIsRefusedByMariaDb;
        if (!isMariaDb || isOld)
        {
            wanted.Add("SUPER");
        }

        return grants.SelectMany(ForAll).FirstOrDefault(privilege => wanted.Contains(privilege, StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> ForAll(string grant)
    {
        const string Opening = "GRANT ";
        var end = grant.IndexOf(" ON *.* TO ", StringComparison.OrdinalIgnoreCase);
        return end > Opening.Length && grant.StartsWith(Opening, StringComparison.OrdinalIgnoreCase)
            ? grant[Opening.Length..end].Split(',', StringSplitOptions.TrimEntries)
            : [];
    }
}
