using System.Data.Common;

namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>The repository's body, which the annotated classes share: it knows nothing of replicas.</summary>
internal abstract class DapperShop(DbDataSource source)
{
    protected async Task<PageVersions> ReadPageAsync()
    {
        await using var connection = source.CreateConnection();
        return await DapperPage.ReadAsync(connection);
    }

    protected async Task<long> ReadOwnAsync(long visitor)
    {
        await using var connection = source.CreateConnection();
        return await DapperPage.OwnAsync(connection, visitor);
    }

    protected async Task WriteNoteAsync(long visitor, long value)
    {
        await using var connection = source.CreateConnection();
        await DapperPage.WriteAsync(connection, visitor, value);
    }
}
