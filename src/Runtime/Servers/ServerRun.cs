using System.Security.Cryptography;
using System.Text;

namespace MonotonicReads.Servers;

/// <summary>
/// One run of one server, as a connection sees it. Everything is told by the server in its own time, so that no clock of this machine
/// matters, nor a step of the server's.
/// </summary>
/// <remarks>
/// <para>A server counts its uptime in whole seconds, so that two runs within one second have the same start. What tells them apart is the
/// clock sequence of <c>UUID()</c>, which MariaDB and MySQL 8 draw anew with each run (RFC 9562, 6.1). MySQL before 8 begins each
/// run with the same: there a run that was young when it was asked last may have been followed by another, and counts as
/// another. The sequence is looked at in young runs alone, since a server whose clock steps back draws another too.</para>
/// </remarks>
/// <param name="Server">The server's ids.</param>
/// <param name="Sequence">The clock sequence and the node of its UUIDs.</param>
/// <param name="StartedFrom">It started in this second or later, by its own clock.</param>
/// <param name="StartedTo">It started in this second or before.</param>
/// <param name="IsExact">Whether another run would have another sequence.</param>
/// <param name="Uptime">For how many seconds it ran when it was asked.</param>
internal sealed record ServerRun(string Server, string Sequence, long StartedFrom, long StartedTo, bool IsExact, long Uptime)
{
    // Uptime and time may be asked on two sides of a tick.
    private const long Tick = 1;

    /// <summary>The run that these answers come from.</summary>
    /// <param name="server">The server's ids.</param>
    /// <param name="version">As it introduces itself.</param>
    /// <param name="before">Its time in seconds before it was asked for its uptime.</param>
    /// <param name="uptime">Its uptime in seconds.</param>
    /// <param name="after">Its time after that.</param>
    /// <param name="uuid">A UUID of its making.</param>
    public static ServerRun Of(string server, string version, long before, long uptime, long after, string uuid) =>
        new(
            server,
            uuid.Length > SequenceAt ? uuid[SequenceAt..] : "",
            before - uptime,
            after - uptime,
            ServerProtocol.Of(version).HasExactRuns(version),
            uptime
        );

    /// <summary>What every process calls it: a short text that tells runs apart, and nothing of the server.</summary>
    public string Name => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{Server} {Sequence}")).AsSpan(0, NameBytes));

    private const int NameBytes = 9;

    /// <summary>Whether what was asked later is the same run for sure.</summary>
    public bool IsSame(ServerRun later) =>
        Server == later.Server
        && later.StartedFrom <= StartedTo + Tick
        && StartedFrom <= later.StartedTo + Tick
        && (Uptime > Young || (IsExact && Sequence == later.Sequence));

    /// <summary>Whether what was asked later is another run for sure.</summary>
    public bool IsOther(ServerRun later) =>
        Server != later.Server
        || later.StartedFrom > StartedTo + Tick
        || StartedFrom > later.StartedTo + Tick
        || (IsExact && Uptime <= Young && Sequence != later.Sequence);

    // One that was asked later than that in its life cannot have been followed by one that has its start.
    private const long Young = Tick + 1;

    // "3ee47734-ea30-11f1-a223-02fc00000001"
    private const int SequenceAt = 19;
}
