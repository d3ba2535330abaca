namespace MonotonicReads.Cluster;

/// <summary>A server of the cluster did not do what was asked; the message says which and holds the end of its log.</summary>
public sealed class MariaDbClusterException : Exception
{
    internal MariaDbClusterException(string message, Exception? inner = null)
        : base(message, inner) { }
}
