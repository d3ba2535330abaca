namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// Its servers keep what they committed when they are killed. A replica that had lost its last second would apply it again, fail at a row that
/// is there already, and follow the primary no more; a primary that had lost it would be behind its replicas.
/// </summary>
public sealed class FlushingFixture : RoutingFixture
{
    protected override int FlushLogAtCommit => 2;
}
