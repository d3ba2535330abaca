using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>What an exception of the driver's says of the server: that it answered, or that it did not.</summary>
internal static class ServerAnswer
{
    /// <summary>Whether it is the server's own answer to a statement, which has an SQLSTATE.</summary>
    public static bool IsRefusal(Exception exception) => exception is DbException { SqlState.Length: > 0 } && !IsFarewell(exception);

    /// <summary>Whether it refuses because the user may not: errors 1044, 1045, 1142, 1143, 1227, 1370 and 1698.</summary>
    public static bool IsDenial(Exception exception) =>
        exception is MySqlException { Number: 1044 or 1045 or 1142 or 1143 or 1227 or 1370 or 1698 };

    /// <summary>ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED and ER_CLIENT_INTERACTION_TIMEOUT: what a server sends on a connection that it
    /// closes.</summary>
    public static bool IsFarewell(Exception exception) => exception is MySqlException { Number: 1053 or 1927 or 4031 };
}
