using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>An error of a server's in words of our own. The server's text may have rows, statements and addresses in it, which have no
/// place in a log or in a health check.</summary>
internal static class ServerError
{
    /// <summary>Its number, and what it means where that is known.</summary>
    /// <param name="number">As the server gives it.</param>
    public static string Describe(string number) =>
        Meanings.TryGetValue(number, out var meaning) ? $"error {number}, {meaning}" : $"error {number}";

    /// <inheritdoc cref="Describe(string)"/>
    /// <param name="exception">What the driver threw.</param>
    public static string Describe(DbException exception) =>
        exception is MySqlException { Number: not 0 } known
            ? Describe(known.Number.ToString(CultureInfo.InvariantCulture))
            : $"SQLSTATE {exception.SqlState}";

    // Those that end replication, and those of a question that cannot be asked.
    private static readonly FrozenDictionary<string, string> Meanings = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["1007"] = "a database that is there already",
        ["1008"] = "a database that is not there",
        ["1049"] = "a database that is not there",
        ["1032"] = "a row that is not there",
        ["1044"] = "the user may not do that",
        ["1045"] = "the user may not do that",
        ["1142"] = "the user may not do that",
        ["1143"] = "the user may not do that",
        ["1227"] = "the user may not do that",
        ["1370"] = "the user may not do that",
        ["1698"] = "the user may not do that",
        ["1050"] = "a table that is there already",
        ["1051"] = "a table that is not there",
        ["1146"] = "a table that is not there",
        ["1054"] = "a column that is not there",
        ["1062"] = "a row that is there already",
        ["1064"] = "a statement that it does not understand",
        ["1114"] = "no room left",
        ["1021"] = "no room left",
        ["1205"] = "a lock that was not given in time",
        ["1213"] = "a deadlock",
        ["1216"] = "a foreign key",
        ["1217"] = "a foreign key",
        ["1451"] = "a foreign key",
        ["1452"] = "a foreign key",
        ["1236"] = "the source does not have, or does not give, the log from where it was read last",
        ["1396"] = "a user that is there already, or is not there",
        ["1593"] = "it cannot follow its source",
        ["1594"] = "its relay log, or the source's log, cannot be read",
        ["1595"] = "its relay log cannot be written",
        ["1677"] = "a column of another type than the source's",
        ["1756"] = "one of its workers ended",
        ["1950"] = "a GTID out of order",
        ["1955"] = "the source does not have the GTID that was read last",
        ["2002"] = "its source cannot be reached",
        ["2003"] = "its source cannot be reached",
        ["2005"] = "its source cannot be reached",
        ["2006"] = "the connection to its source was lost",
        ["2013"] = "the connection to its source was lost",
        ["2026"] = "no secure connection to its source",
        ["2061"] = "its source wants another way of logging in",
        ["3024"] = "it took too long",
        ["1969"] = "it took too long",
        ["13114"] = "the source does not have, or does not give, the log from where it was read last",
        ["13121"] = "its relay log, or the source's log, cannot be read",
        ["13122"] = "its relay log cannot be written",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
