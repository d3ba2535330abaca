using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>Answers for a server what the set counts: nothing is asked of the server, which need not log.</summary>
/// <param name="server">Names and parses as the server itself does.</param>
/// <param name="count">The set's positions.</param>
/// <param name="held">The moment that a connection shows; null for the present, as the primary always does.</param>
internal sealed class SimulatedProtocol(ITestServer server, PositionCount count, Func<DbConnection, ReplicationPosition?> held)
    : ServerProtocol
{
    public override string SystemName => server.SystemName;

    public override ReplicationPosition Parse(string text) => MySqlGtidSet.OfServer(text);

    public override bool HasExactRuns(string version) => true;

    public override bool CanTellWhatWasSeen(IReadOnlyDictionary<string, string> variables, bool isPrimary) => true;

    public override ValueTask<ReplicationPosition?> WrittenAsync(ServerQuestions server) => new(count.Next());

    public override ValueTask<ReplicationPosition?> SeenAsync(ServerQuestions server) => new(held(server.Connection) ?? count.Next());

    public override ReplicationPosition? HeldOf(IReadOnlyDictionary<string, string> variables) => null;

    public override ValueTask<ReplicationPosition?> HeldAsync(ServerQuestions server) => new(held(server.Connection) ?? count.Current);

    public override ValueTask<bool> LacksAsync(ServerQuestions primary, ReplicationPosition held) => new(!count.Current.Contains(held));

    public override ValueTask<bool> HasKeptAsync(ServerQuestions primary, ReplicationPosition position, bool wasRestarted) =>
        new(count.Current.Contains(position));

    public override ValueTask<ReplicationPosition> ReachedAsync(ServerQuestions server) => new(Reached(server));

    public override async ValueTask<ReplicationPosition> WaitAsync(
        ServerQuestions server,
        ReplicationPosition position,
        TimeSpan timeout,
        TimeSpan patience
    )
    {
        await PollAsync(server, timeout, () => new(Reached(server).Contains(position))).ConfigureAwait(false);
        return Reached(server);
    }

    public override ValueTask<bool> PassBarrierAsync(ServerQuestions primary, TimeSpan timeout) => new(true);

    // Nobody asks a stand-in whether it replicates.
    public override string ReplicationQuestion(string version) => "SHOW SLAVE STATUS";

    public override string ReplicationPrivilege(string version) => "REPLICATION CLIENT";

    public override string LogPrivilege(string version) => "REPLICATION CLIENT";

    private ReplicationPosition Reached(ServerQuestions server) => held(server.Connection) ?? count.Current;
}
