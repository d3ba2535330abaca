using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>What the user of a connection may do on its server.</summary>
internal static class Privileges
{
    /// <summary>The lines of <c>SHOW GRANTS</c>, with those of the roles that the user has at its start; none where the server does not
    /// tell.</summary>
    public static async Task<IReadOnlyList<string>> OfUserAsync(ServerQuestions server, TimeSpan deadline)
    {
        var own = await AskAsync(server, "SHOW GRANTS", deadline).ConfigureAwait(false);
        var roles = await AskAsync(server, "SELECT CURRENT_ROLE()", deadline).ConfigureAwait(false);

        // MariaDB says those of the role itself; MySQL only where it is told which ones to add.
        return roles.Count == 1 && roles[0].Contains('@', StringComparison.Ordinal) && !server.AreThroughProxy
            ? [.. own, .. await AskAsync(server, $"SHOW GRANTS FOR CURRENT_USER() USING {roles[0]}", deadline).ConfigureAwait(false)]
            : own;
    }

    private static async Task<List<string>> AskAsync(ServerQuestions server, string statement, TimeSpan deadline)
    {
        try
        {
            return (await server.AskAsync(statement, deadline).ConfigureAwait(false)).ConvertAll(cell => cell.Value ?? "");
        }
        catch (DbException exception) when (ServerAnswer.IsRefusal(exception))
        {
            // Old servers know no roles.
            return [];
        }
    }

    /// <summary>The privilege by which the user writes to a replica although it is read only; null where it may not.</summary>
    public static string? InSpiteOfReadOnly(SeenServer replica)
    {
        // Some servers refuse even those who have it.
        if (replica.IsOn("super_read_only") || replica.Value("read_only") == "NO_LOCK_NO_ADMIN")
        {
            return null;
        }

        List<string> wanted = ["ALL PRIVILEGES", "READ ONLY ADMIN", .. Statements.WritingInSpiteOfReadOnly(replica)];
        return replica.Grants.SelectMany(ForAll).FirstOrDefault(privilege => wanted.Contains(privilege, StringComparer.OrdinalIgnoreCase));
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
