using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace MonotonicReads;

/// <summary>Makes the servers of a <see cref="ReplicatedMySqlDataSource"/> from connection strings, at the start and later.</summary>
internal sealed class MySqlServers(bool isForPomelo, bool allowsWritableReplicas, TimeProvider time, ILoggerFactory loggerFactory)
{
    /// <summary>Where a server says that it was restarted; set when the data source is there.</summary>
    public RoutingReports? Reports { get; set; }

    /// <summary>Makes a server; connects to nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="connectionString">What <see cref="Parse"/> returned.</param>
    /// <param name="isPrimary">Whether it takes the writes.</param>
    public RoutedServer Create(string name, string connectionString, bool isPrimary)
    {
        var identity = new MySqlServerIdentity(mustBeReadOnly: !isPrimary && !allowsWritableReplicas, time);
        var builder = new MySqlDataSourceBuilder(connectionString).UseName(name).UseConnectionOpenedCallback(identity.CheckAsync);
        if (!ReferenceEquals(loggerFactory, NullLoggerFactory.Instance))
        {
            builder.UseLoggerFactory(loggerFactory);
        }

        var parsed = new MySqlConnectionStringBuilder(connectionString);
        var server = new RoutedServer(name, builder.Build(), isPrimary)
        {
            Settings = connectionString,
            PoolSize = PoolSize(parsed),
            Address = parsed.Server,
            Port = (int)parsed.Port,
        };
        identity.Follow(server, this);
        return server;
    }

    private static int PoolSize(MySqlConnectionStringBuilder parsed) =>
        parsed.Pooling ? (int)Math.Min(parsed.MaximumPoolSize, int.MaxValue) : int.MaxValue;

    /// <summary>Checks a connection string and completes it. Messages name the server and never the string, which has a password.</summary>
    /// <exception cref="ArgumentException">It cannot be parsed, names no host or several, or follows redirections.</exception>
    public string Parse(string name, string connectionString)
    {
        MySqlConnectionStringBuilder parsed;
        try
        {
            parsed = new MySqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            // The driver's message can quote what stands in the string, and what it takes for an option can be the end of a password.
            throw new ArgumentException($"The connection string of '{name}' cannot be parsed: {FaultOf(connectionString)}");
        }

        if (string.IsNullOrWhiteSpace(parsed.Server))
        {
            throw new ArgumentException($"The connection string of '{name}' names no host (Server=...).");
        }

        if (parsed.Server.Contains(',', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The connection string of '{name}' names several hosts. They would share one pool, and nobody could tell which of them answers: add each as a server of its own.");
        }

        if (parsed.ServerRedirectionMode != MySqlServerRedirectionMode.Disabled)
        {
            throw new ArgumentException(
                $"The connection string of '{name}' lets the server redirect (ServerRedirectionMode), so that another server could answer in its name. Remove it.");
        }

        if (isForPomelo)
        {
            parsed.AllowUserVariables = true;
            parsed.UseAffectedRows = false;
        }

        return parsed.ConnectionString;
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
                return $"MySqlConnector knows no option like the {at}. of its {parts.Count}. A value that has a semicolon stands in quotes.";
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
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            return false;
        }
    }
}
