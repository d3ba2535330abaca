using System.Data.Common;

namespace MonotonicReads.AdoNet;

/// <summary>
/// What <see cref="DbProviderFactories.GetFactory(DbConnection)"/> gives for a <see cref="ReplicatedConnection"/>: connections,
/// commands and batches of its data source; parameters are the driver's own. There is no command builder: the driver's takes only
/// its own commands.
/// </summary>
internal sealed class ReplicatedProviderFactory(ReplicatedDataSource source, DbProviderFactory driver) : DbProviderFactory
{
    public override bool CanCreateBatch => source.CanCreateBatch;

    public override bool CanCreateCommandBuilder => false;

    public override bool CanCreateDataAdapter => true;

    public override bool CanCreateDataSourceEnumerator => driver.CanCreateDataSourceEnumerator;

    public override DbConnection CreateConnection() => source.CreateConnection();

    public override DbCommand CreateCommand() => new ReplicatedCommand(connection: null, source.CreateInnerCommand());

    public override DbBatch CreateBatch() => new ReplicatedBatch(connection: null, source.CreateInnerBatch());

    public override DbBatchCommand CreateBatchCommand() => new ReplicatedBatchCommand(driver.CreateBatchCommand());

    public override DbParameter? CreateParameter() => driver.CreateParameter();

    public override DbConnectionStringBuilder? CreateConnectionStringBuilder() => driver.CreateConnectionStringBuilder();

    public override DbDataAdapter CreateDataAdapter() => new ReplicatedDataAdapter();

    public override DbCommandBuilder? CreateCommandBuilder() => null;

    public override DbDataSourceEnumerator? CreateDataSourceEnumerator() => driver.CreateDataSourceEnumerator();

    /// <exception cref="NotSupportedException">Always: one connection string does not name the servers.</exception>
    public override DbDataSource CreateDataSource(string connectionString) =>
        throw new NotSupportedException(
            "One connection string does not name the servers of a replicated data source; build one with its builder."
        );
}

/// <summary>Fills and updates through commands of a <see cref="ReplicatedConnection"/>; the driver's own takes only its commands to
/// update.</summary>
internal sealed class ReplicatedDataAdapter : DbDataAdapter;
