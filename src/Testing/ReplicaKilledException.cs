using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>What opening a connection to a killed replica comes to.</summary>
internal sealed class ReplicaKilledException(string replica)
    : DbException($"Replica '{replica}' was killed by the test and refuses. Revive(\"{replica}\") brings it back.");
