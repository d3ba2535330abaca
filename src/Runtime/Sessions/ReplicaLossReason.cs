namespace MonotonicReads.Sessions;

/// <summary>Why a session's replica counts as lost.</summary>
internal enum ReplicaLossReason
{
    OpenFailed,
    ConnectionBroken,
    Restarted,
    Removed,
    Silent,
    TooFarBehind,
    TooStale,
}
