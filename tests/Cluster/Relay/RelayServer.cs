using MySqlConnector;

namespace MonotonicReads.Cluster.Relay;

/// <summary>A server behind the relay.</summary>
public sealed class RelayServer
{
    /// <summary>A server behind the relay.</summary>
    /// <param name="name">The name that hints use and that <see cref="RelayedStatement.Server"/> tells.</param>
    /// <param name="connectionString">Where it is, and the one user that the relay logs in; the relay asks its clients for the same.</param>
    /// <param name="weight">Its share of the statements that no comment routes, 0 or more.</param>
    /// <param name="isPrimary">Whether it takes the writes.</param>
    /// <exception cref="ArgumentException">The name is empty, or the weight negative.</exception>
    public RelayServer(string name, string connectionString, int weight = 1, bool isPrimary = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        var login = new MySqlConnectionStringBuilder(connectionString);
        (Name, Weight, IsPrimary) = (name, weight, isPrimary);
        (Host, Port, User, Password, Database) = (login.Server, (int)login.Port, login.UserID, login.Password, login.Database);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its weight.</summary>
    public int Weight { get; }

    /// <summary>Whether it takes the writes.</summary>
    public bool IsPrimary { get; }

    /// <summary>
    /// Whether statements may go there. The relay sets it to false when a connection to it cannot be opened; nothing but
    /// the test sets it to true again.
    /// </summary>
    public bool IsAvailable { get; set; } = true;

    internal string Host { get; }

    internal int Port { get; }

    internal string User { get; }

    internal string Password { get; }

    internal string Database { get; }

    /// <summary>The servers of a cluster: its primary, then its replicas in the order of their names.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="weights">The replicas' weights in the same order; 1 where there is none.</param>
    public static IReadOnlyList<RelayServer> Of(MariaDbCluster cluster, params IReadOnlyList<int> weights) =>
        [
            new(cluster.Primary.Name, cluster.Primary.ConnectionString, isPrimary: true),
            .. cluster.Replicas.Select(
                (replica, index) => new RelayServer(replica.Name, replica.ConnectionString, index < weights.Count ? weights[index] : 1)
            ),
        ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
