using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>The one server that a set is made over.</summary>
internal interface ITestServer : IAsyncDisposable
{
    /// <inheritdoc cref="ServerProtocol.SystemName"/>
    string SystemName { get; }

    /// <summary>As it introduces itself.</summary>
    string Version { get; }

    /// <summary>The connection string with its password, for connections past the set that choose no database; null where there is no
    /// server to connect to.</summary>
    string? Settings { get; }

    /// <summary>Its connections, for writes and for the primary.</summary>
    DbDataSource Primary { get; }

    /// <summary>Makes connections that show the present and refuse writes; the caller disposes the data source.</summary>
    /// <param name="replica">Whose.</param>
    DbDataSource Present(string replica);

    /// <summary>Makes connections that go on showing this moment and refuse writes; the caller disposes the data source.</summary>
    /// <param name="replica">Whose.</param>
    /// <param name="cancellation">Cancels.</param>
    Task<DbDataSource> HoldAsync(string replica, CancellationToken cancellation);

    /// <summary>What is another one once something was written, whoever wrote it, also past the set.</summary>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Null where the server does not tell.</returns>
    Task<string?> ChangesAsync(CancellationToken cancellation);

    /// <summary>Whether a held replica's connection keeps the locks of what it has read though it was closed.</summary>
    bool KeepsLocksOfHeld { get; }

    /// <summary>Breaks connections that are open, whatever runs on them.</summary>
    void Break(IReadOnlyCollection<DbConnection> connections);

    /// <summary>Asked before a statement is sent.</summary>
    /// <param name="connection">On which.</param>
    /// <exception cref="DbException">It was broken, and is closed now.</exception>
    void ThrowIfBroken(DbConnection connection);

    /// <inheritdoc cref="IStandIn.BeginSnapshotAsync"/>
    ValueTask<bool> BeginSnapshotAsync(ServerQuestions server, bool isHeld);

    /// <inheritdoc cref="IStandIn.EndSnapshotAsync"/>
    ValueTask<bool> EndSnapshotAsync(ServerQuestions server, bool isHeld);

    /// <inheritdoc cref="IStandIn.Look"/>
    void Look(DbDataReader reader, bool isHeld);

    /// <summary>What is told in place of what the primary answered.</summary>
    /// <param name="exception">The driver's.</param>
    /// <param name="locking">The replicas that may have locked what they read; perhaps none.</param>
    /// <returns>Null for the driver's own.</returns>
    Exception? ExplainedOnPrimary(Exception exception, IReadOnlyList<string> locking);

    /// <inheritdoc cref="IStandIn.Explained"/>
    Exception? Explained(Exception exception, string replica, bool isHeld);
}
