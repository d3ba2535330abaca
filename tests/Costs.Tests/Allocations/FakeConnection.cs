using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MonotonicReads.Costs.Tests.Allocations;

/// <param name="waits">Whether its asynchronous operations wait for <see cref="Steps"/>.</param>
internal sealed class FakeConnection(bool waits) : DbConnection
{
    private ConnectionState _state;

    [AllowNull]
    public override string ConnectionString
    {
        get => "Server=fake";
        set { }
    }

    public override string Database => "fake";

    public override string DataSource => "fake";

    public override string ServerVersion => "10.11.0-MariaDB";

    public override ConnectionState State => _state;

    public override void Open() => _state = ConnectionState.Open;

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (waits)
        {
            await Steps.BeginAsync();
        }

        Open();
    }

    public override void Close() => _state = ConnectionState.Closed;

    public override Task CloseAsync()
    {
        Close();
        return Task.CompletedTask;
    }

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new FakeCommand(waits) { Connection = this };

    protected override void Dispose(bool disposing)
    {
        Close();
        base.Dispose(disposing);
    }
}
