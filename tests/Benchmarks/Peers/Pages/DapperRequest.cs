using System.Data.Common;

namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>A request whose reads take their connections from one place and whose writes take them from another.</summary>
internal sealed class DapperRequest(Visitor visitor, Func<DbConnection> reading, Func<DbConnection> writing) : IRequest
{
    public async Task<PageVersions> PageAsync()
    {
        await using var connection = reading();
        return await DapperPage.ReadAsync(connection);
    }

    public async Task<long> OwnAsync()
    {
        await using var connection = reading();
        return await DapperPage.OwnAsync(connection, visitor.Id);
    }

    public async Task WriteAsync(long value)
    {
        await using var connection = writing();
        await DapperPage.WriteAsync(connection, visitor.Id, value);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
