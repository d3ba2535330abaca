using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads.MySql;

/// <summary>
/// Reads connection strings. What it says of one names the server and never quotes the string, which has a password: the driver's own
/// message can quote what stands in it, and what it takes for an option can be the end of a password.
/// </summary>
internal static class ConnectionText
{
    /// <exception cref="ArgumentException">It cannot be parsed.</exception>
    public static MySqlConnectionStringBuilder Parsed(string name, string connectionString)
    {
        try
        {
            return new MySqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (IsOfParsing(exception))
        {
            throw new ArgumentException($"The connection string of '{name}' cannot be parsed: {FaultOf(connectionString)}");
        }
    }

    private static string FaultOf(string connectionString)
    {
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = connectionString;
        }
        catch (ArgumentException)
        {
            return "it is no list of Option=Value with semicolons between. A value that has a semicolon stands in quotes.";
        }

        var at = 0;
        foreach (string option in parts.Keys)
        {
            at++;
            if (!IsTaken(one => _ = one[option]))
            {
                return $"MySqlConnector knows no option like the {at}. of its {parts.Count}. A value that has a semicolon stands in "
                    + $"quotes.";
            }

            if (!IsTaken(one => one[option] = parts[option]))
            {
                return $"the option '{option}' does not take its value.";
            }
        }

        return "its options do not go together.";
    }

    private static bool IsTaken(Action<MySqlConnectionStringBuilder> use)
    {
        try
        {
            use(new MySqlConnectionStringBuilder());
            return true;
        }
        catch (Exception exception) when (IsOfParsing(exception))
        {
            return false;
        }
    }

    private static bool IsOfParsing(Exception exception) =>
        exception is ArgumentException or FormatException or OverflowException or InvalidOperationException;
}
