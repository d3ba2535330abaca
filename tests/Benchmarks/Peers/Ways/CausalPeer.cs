using System.Data.Common;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>Ours: a request is a session, which the annotated class joins; a token takes what it saw and wrote to the next request.</summary>
internal sealed class CausalPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey(new byte[32]);

    private readonly ReplicatedMySqlDataSource _source = new ReplicatedMySqlDataSourceBuilder()
        .UsePrimary(servers.Primary)
        .AddReplica("replica1", servers.Replicas[0])
        .AddReplica("replica2", servers.Replicas[1])
        .AddReplica("replica3", servers.Replicas[2])
        .UseMonitor()
        .Build();

    public IRequest Begin(Visitor visitor) => new Request(visitor, new ConsistentCausalShop(new CausalShop(_source)));

    // to here.

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private sealed class Request(Visitor visitor, IShop shop) : IRequest
    {
        // The user's lines:
        private readonly ReadSession _session = visitor.Cookie is { } token
            ? ReadSession.Resume(token, Tokens)
            : ReadSession.Begin(ReadConsistency.Causal);

        public async ValueTask DisposeAsync()
        {
            using (_session)
            {
                visitor.Cookie = await _session.ToTokenAsync(Tokens);
            }
        }

        // to here.

        public Task<PageVersions> PageAsync() => shop.PageAsync();

        public Task<long> OwnAsync() => shop.OwnAsync(visitor.Id);

        public Task WriteAsync(long value) => shop.WriteAsync(visitor.Id, value);
    }
}

/// <summary>The generator makes its wrapper.</summary>
// The user's lines:
[Causal]
// to here.
internal sealed class CausalShop(DbDataSource source) : DapperShop(source), IShop
{
    public Task<PageVersions> PageAsync() => ReadPageAsync();

    public Task<long> OwnAsync(long visitor) => ReadOwnAsync(visitor);

    public Task WriteAsync(long visitor, long value) => WriteNoteAsync(visitor, value);
}
