using System.Data.Common;

namespace MonotonicReads.AdoNet;

/// <summary>Opens every connection on the primary; otherwise the same as the data source that it belongs to.</summary>
internal sealed class PrimaryDataSource(ReplicatedDataSource source) : DbDataSource
{
    public override string ConnectionString => source.ConnectionString;

    protected override DbConnection CreateDbConnection() => new ReplicatedConnection(source, isForPrimary: true);

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        ReplicatedDataSource.OpenAsync(CreateDbConnection(), cancellationToken);
}
