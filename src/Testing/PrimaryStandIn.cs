using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>The set's primary, which always shows the present: snapshots begin there in the words of the server that it is.</summary>
/// <param name="server">The server.</param>
/// <param name="replicas">What is read there too, some of it in transactions.</param>
internal sealed class PrimaryStandIn(ITestServer server, IReadOnlyCollection<SimulatedReplica> replicas) : IStandIn
{
    public ValueTask<bool> BeginSnapshotAsync(ServerQuestions questions) => server.BeginSnapshotAsync(questions, isHeld: false);

    public ValueTask<bool> EndSnapshotAsync(ServerQuestions questions) => server.EndSnapshotAsync(questions, isHeld: false);

    public void Look(DbDataReader reader) { }

    public Exception? Explained(Exception exception) =>
        server.ExplainedOnPrimary(exception, [.. replicas.Where(replica => replica.LocksWhatItRead).Select(replica => replica.Name)]);
}
