using System.Data.Common;

namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>A driver without a network: what it opens is open at once, and each statement answers with one row at once.</summary>
internal sealed class FakeSource : DbDataSource
{
    public override string ConnectionString => "Server=fake";

    protected override DbConnection CreateDbConnection() => new FakeConnection();
}
