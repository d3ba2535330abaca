using System.Collections.Concurrent;
using MonotonicReads.AspNetCore;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A position store whose questions and changes go through the application's own data source.</summary>
internal sealed class StoreOverSource : ISessionPositionStore
{
    private readonly ConcurrentDictionary<Guid, string> _kept = new();

    public ReplicatedMySqlDataSource? Source { get; set; }

    public async ValueTask<string?> GetAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await Site.ReadAsync(Source!);
        return _kept.GetValueOrDefault(sessionId);
    }

    public async ValueTask<string> MergeAsync(
        Guid sessionId,
        Func<string?, string> replace,
        TimeSpan lifetime,
        CancellationToken cancellationToken
    )
    {
        await Site.ReadAsync(Source!);
        await using (var connection = await Source!.Primary.OpenConnectionAsync(cancellationToken))
        {
            await Dapper.SqlMapper.ExecuteAsync(connection, "delete from writes where id = 0");
        }

        return _kept.AddOrUpdate(sessionId, _ => replace(null), (_, kept) => replace(kept));
    }
}
