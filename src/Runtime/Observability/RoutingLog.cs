using Microsoft.Extensions.Logging;

namespace MonotonicReads.Observability;

/// <summary>The log records of category "MonotonicReads". Event ids are stable and never reused.</summary>
internal static partial class RoutingLog
{
    public const string Category = "MonotonicReads";

    [LoggerMessage(1, LogLevel.Error, "Read session {SessionId} lost its replica {Replica} ({Reason}); its reads fail from now on.")]
    public static partial void ReplicaLost(ILogger logger, Guid sessionId, string replica, string reason, Exception? exception);

    [LoggerMessage(2, LogLevel.Warning, "Replica {Replica} refused to open for read session {SessionId}; another server takes the read.")]
    public static partial void ReplicaUnavailable(ILogger logger, Guid? sessionId, string replica, Exception? exception);

    [LoggerMessage(3, LogLevel.Warning, "No replica is available for read session {SessionId}; the primary takes its reads.")]
    public static partial void NoReplicaAvailable(ILogger logger, Guid? sessionId);

    [LoggerMessage(4, LogLevel.Warning, "A read ran after its read session {SessionId} was disposed; it counts as outside a session.")]
    public static partial void LateRead(ILogger logger, Guid sessionId);

    [LoggerMessage(5, LogLevel.Warning, "Server {Server} was restarted or replaced since it was last connected to.")]
    public static partial void ServerRestarted(ILogger logger, string server);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "Read session {SessionId} lost its replica {Replica} ({Reason}); its next read goes on by policy {Policy}."
    )]
    public static partial void ReplicaLostToMove(
        ILogger logger,
        Guid sessionId,
        string replica,
        string reason,
        ReplicaLoss policy,
        Exception? exception
    );

    [LoggerMessage(7, LogLevel.Warning, "Read session {SessionId} moved from {From} to {To} ({Reason}).")]
    public static partial void Moved(ILogger logger, Guid sessionId, string from, string to, string reason);

    [LoggerMessage(
        40,
        LogLevel.Warning,
        "Read session {SessionId} lost its replica {Replica} ({Reason}); its reads run again in session {NextSessionId}, for the {Number}. "
            + "time."
    )]
    public static partial void Restarted(ILogger logger, Guid sessionId, string replica, string reason, Guid nextSessionId, int number);

    [LoggerMessage(8, LogLevel.Warning, "Server {Server} is {Health}, and {Draws}; lag {Lag}. {Problem}")]
    public static partial void HealthFell(ILogger logger, string server, string health, string draws, string lag, string problem);

    [LoggerMessage(24, LogLevel.Information, "Server {Server} is {Health}, and {Draws}; lag {Lag}. {Problem}")]
    public static partial void HealthRose(ILogger logger, string server, string health, string draws, string lag, string problem);

    [LoggerMessage(EventId = 25, Message = "{Record} of {Server} ({Reason}): and {Count} more in the last {Seconds} s.")]
    public static partial void AndMore(
        ILogger logger,
        LogLevel level,
        string record,
        string server,
        string reason,
        int count,
        double seconds
    );

    [LoggerMessage(26, LogLevel.Warning, "Replica {Replica} does not replicate: {Problem}.")]
    public static partial void ReplicationEnded(ILogger logger, string replica, string problem);

    [LoggerMessage(27, LogLevel.Information, "Replica {Replica} replicates again.")]
    public static partial void ReplicationBegan(ILogger logger, string replica);

    [LoggerMessage(28, LogLevel.Warning, "Nobody knows how far replica {Replica} is behind: {Problem}.")]
    public static partial void LagUnknown(ILogger logger, string replica, string problem);

    [LoggerMessage(34, LogLevel.Debug, "Replica {Replica} has this to say of it: {Text}")]
    public static partial void ReplicationText(ILogger logger, string replica, string text);

    [LoggerMessage(35, LogLevel.Error, "The look at the topology ended before it had found anything.")]
    public static partial void TopologyUnknown(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Information, "The replicas are now {Replicas}.")]
    public static partial void ReplicasChanged(ILogger logger, string replicas);

    [LoggerMessage(10, LogLevel.Error, "Changed options were refused, and the replicas stay as they are: {Failures}")]
    public static partial void ChangeRefused(ILogger logger, string failures);

    [LoggerMessage(11, LogLevel.Error, "{Id}: '{Server}' {Problem} {Remedy}")]
    public static partial void TopologyError(ILogger logger, string id, string server, string problem, string remedy);

    [LoggerMessage(12, LogLevel.Warning, "{Id}: '{Server}' {Problem} {Remedy}")]
    public static partial void TopologyWarning(ILogger logger, string id, string server, string problem, string remedy);

    [LoggerMessage(
        13,
        LogLevel.Warning,
        "Read session {SessionId} read or wrote after its last token was made, in a web request after the response had started: what it "
            + "saw or wrote is in no token, and may be missing from what comes next."
    )]
    public static partial void LateUse(ILogger logger, Guid sessionId);

    [LoggerMessage(14, LogLevel.Warning, "Settings were changed that take effect at the next start only: {Settings}.")]
    public static partial void ChangeNeedsRestart(ILogger logger, string settings);

    [LoggerMessage(
        15,
        LogLevel.Information,
        "ProxySQL would ignore min_gtid for {Position}, which is not a single transaction: read session {SessionId} waits itself."
    )]
    public static partial void MinGtidIgnored(ILogger logger, Guid sessionId, string position);

    [LoggerMessage(
        16,
        LogLevel.Error,
        "Replica {Replica} holds what the primary lacks: a failover lost it, or somebody wrote there. It takes no new "
            + "sessions. Rebuild it from "
            + "the primary, or commit empty transactions with its GTIDs there."
    )]
    public static partial void Diverged(ILogger logger, string replica);

    [LoggerMessage(17, LogLevel.Information, "Replica {Replica} holds nothing any more that the primary lacks: it takes sessions again.")]
    public static partial void NotDiverged(ILogger logger, string replica);

    [LoggerMessage(
        22,
        LogLevel.Information,
        "A connection of read session {SessionId} went from replica {Replica} to the primary, and so do the reads after it on this "
            + "connection: {Reason}."
    )]
    public static partial void MovedByStatement(ILogger logger, Guid? sessionId, string replica, string reason);

    [LoggerMessage(
        23,
        LogLevel.Warning,
        "Replica {Replica} has other options in its connection string than the primary: {Differences}. The same read gives another answer "
            + "after its session has moved."
    )]
    public static partial void OptionsDiffer(ILogger logger, string replica, string differences);

    [LoggerMessage(
        33,
        LogLevel.Warning,
        "This version of MySqlConnector keeps the callbacks for opened connections where they are not found. One that ConfigureDataSource "
            + "adds to the driver's builder would run beside the data source's own look at the connection: add it by "
            + "UseConnectionOpenedCallback of the ReplicatedMySqlDataSourceBuilder."
    )]
    public static partial void CallbacksMayMeet(ILogger logger);

    [LoggerMessage(30, LogLevel.Warning, "{Limits}")]
    public static partial void ProxyLimits(ILogger logger, string limits);

    [LoggerMessage(
        31,
        LogLevel.Warning,
        "A statement has a hint to the proxy in a comment of its own, which was taken out: the session or the data source says where a "
            + "statement runs. This is said once."
    )]
    public static partial void HintTakenOut(ILogger logger);

    [LoggerMessage(
        32,
        LogLevel.Warning,
        "Session tokens carry positions of a data source {Name} at another address that the primary of {Source} does not have: they are of "
            + "another cluster, and left alone. Each read of such a session asks the primary first; give the data sources of the two "
            + "clusters two names by UseName, or by Name in the options."
    )]
    public static partial void ForeignPosition(ILogger logger, string name, string source);

    [LoggerMessage(
        36,
        LogLevel.Warning,
        "A unit of work ({Unit}) made reads that no session holds together, and each of which may be answered by another server, a later "
            + "one by an older state; {Statements} reads were answered by {Servers}: {Methods}. This is said once for these methods."
    )]
    public static partial void SeriesFound(ILogger logger, SeriesUnitKind unit, int statements, string servers, string methods);

    [LoggerMessage(
        37,
        LogLevel.Warning,
        "A unit of work ({Unit}) read on a replica after it had written, and nothing waited for the write; {Statements} statements ran on "
            + "{Servers}: {Methods}. This is said once for these methods."
    )]
    public static partial void ReadAfterWriteFound(ILogger logger, SeriesUnitKind unit, int statements, string servers, string methods);

    [LoggerMessage(38, LogLevel.Warning, "What the series detector found cannot be written to {File}. This is said once.")]
    public static partial void SeriesFileRefused(ILogger logger, string file, Exception exception);

    [LoggerMessage(39, LogLevel.Error, "A handler of SeriesDetected threw; nothing else is touched by that.")]
    public static partial void SeriesHandlerThrew(ILogger logger, Exception exception);

    [LoggerMessage(
        41,
        LogLevel.Error,
        "The series detector failed, and is off until the program starts again; no read is touched by that."
    )]
    public static partial void SeriesDetectorFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        42,
        LogLevel.Warning,
        "The series detector has found as many sets of methods as it keeps: what is new from now on is an event and a measurement, and "
            + "neither logged nor in the report file. This is said once."
    )]
    public static partial void SeriesBookFull(ILogger logger);

    [LoggerMessage(
        50,
        LogLevel.Warning,
        "No replica is known to show a state of the last {Bound} ms, which read session {SessionId} asks for; the primary takes its reads."
    )]
    public static partial void NoReplicaFresh(ILogger logger, Guid sessionId, double bound);

    [LoggerMessage(20, LogLevel.Error, "A handler of SessionEvent threw; the read goes on.")]
    public static partial void HandlerThrew(ILogger logger, Exception exception);
}
