using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>A connection of another provider, which no command and no batch under test may take.</summary>
internal sealed class ForeignConnection : DbConnection
{
    [AllowNull]
    public override string ConnectionString { get; set; } = "";

    public override string Database => "";

    public override string DataSource => "";

    public override string ServerVersion => "";

    public override ConnectionState State => ConnectionState.Open;

    public override void ChangeDatabase(string databaseName) { }

    public override void Close() { }

    public override void Open() { }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new ForeignTransaction(this);

    protected override DbCommand CreateDbCommand() => throw new NotSupportedException();

    private sealed class ForeignTransaction(DbConnection connection) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => IsolationLevel.Unspecified;

        protected override DbConnection DbConnection => connection;

        public override void Commit() { }

        public override void Rollback() { }
    }
}
