using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>The set's primary, which always shows the present: snapshots begin there in the words of the server that it is.</summary>
/// <param name="server">The server.</param>
internal sealed class PrimaryStandIn(ITestServer server) : IStandIn
{
    public ValueTask<bool> BeginSnapshotAsync(ServerQuestions questions) => server.BeginSnapshotAsync(questions, isHeld: false);

    public ValueTask<bool> EndSnapshotAsync(ServerQuestions questions) => server.EndSnapshotAsync(questions, isHeld: false);

    public Exception? Explained(Exception exception) => null;
}
