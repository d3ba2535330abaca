using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MonotonicReads.Costs.Tests.Allocations;

/// <param name="waits">Whether its asynchronous operations wait for <see cref="Steps"/>.</param>
internal sealed class FakeCommand(bool waits) : DbCommand
{
    private static readonly object One = 1;

    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override int CommandTimeout { get; set; } = 30;

    public override CommandType CommandType { get; set; } = CommandType.Text;

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get; set; }

    protected override DbParameterCollection DbParameterCollection => throw new NotSupportedException();

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel() { }

    public override int ExecuteNonQuery() => 1;

    public override object? ExecuteScalar() => One;

    public override void Prepare() { }

    protected override DbParameter CreateDbParameter() => throw new NotSupportedException();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => new FakeReader();

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        if (waits)
        {
            await Steps.BeginAsync();
        }

        return new FakeReader();
    }
}
