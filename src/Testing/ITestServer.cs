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

    /// <summary>Its connections, for writes and for the primary.</summary>
    DbDataSource Primary { get; }

    /// <summary>Makes connections that show the present and refuse writes; the caller disposes the data source.</summary>
    /// <param name="replica">Whose.</param>
    DbDataSource Present(string replica);

    /// <summary>Makes connections that go on showing this moment and refuse writes; the caller disposes the data source.</summary>
    /// <param name="replica">Whose.</param>
    /// <param name="cancellation">Cancels.</param>
    Task<DbDataSource> HoldAsync(string replica, CancellationToken cancellation);

    /// <summary>Breaks connections that are open.</summary>
    void Break(IReadOnlyCollection<DbConnection> connections);

    /// <inheritdoc cref="IStandIn.BeginSnapshotAsync"/>
    ValueTask<bool> BeginSnapshotAsync(ServerQuestions server, bool isHeld);

    /// <inheritdoc cref="IStandIn.EndSnapshotAsync"/>
    ValueTask<bool> EndSnapshotAsync(ServerQuestions server, bool isHeld);

    /// <inheritdoc cref="IStandIn.Explained"/>
    Exception? Explained(Exception exception, string replica, bool isHeld);
}
