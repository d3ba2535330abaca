namespace MonotonicReads.Generator.Options;

/// <summary>The option <c>monotonic_reads.routing</c>: what the path between application and replicas may send elsewhere.</summary>
internal enum RoutingMode
{
    /// <summary>A proxy may send each statement to another server; only a transaction holds statements together.</summary>
    Statement,

    /// <summary>One open connection stays on one server.</summary>
    Connection,
}
