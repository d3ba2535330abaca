using System.Data.Common;

namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>A driver without a network: what it opens is open at once, and each statement answers with one row at once.</summary>
/// <param name="waits">Whether asynchronous callers wait for that, as they would for a network.</param>
internal sealed class FakeSource(bool waits = false) : DbDataSource
{
    public override string ConnectionString => "Server=fake";

    protected override DbConnection CreateDbConnection() => new FakeConnection(waits);
}
