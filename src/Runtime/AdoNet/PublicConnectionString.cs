using System.Data.Common;

namespace MonotonicReads.AdoNet;

/// <summary>A connection string as it may be shown: without passwords.</summary>
internal static class PublicConnectionString
{
    public static string Of(string connectionString)
    {
        DbConnectionStringBuilder builder;
        try
        {
            builder = new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            // What cannot be parsed cannot be cleaned of its password either.
            return "";
        }

        foreach (var key in builder.Keys.Cast<string>().ToArray())
        {
            if (
                key.Contains("password", StringComparison.OrdinalIgnoreCase)
                || key.Contains("pwd", StringComparison.OrdinalIgnoreCase)
                || key.Contains("token", StringComparison.OrdinalIgnoreCase)
            )
            {
                builder.Remove(key);
            }
        }

        return builder.ConnectionString;
    }
}
