using System.Diagnostics;
using System.Globalization;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>Written by hand: for two seconds after a write the visitor reads on the primary, by a cookie; else over all replicas.</summary>
internal sealed class StickyPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private static readonly TimeSpan Sticky = TimeSpan.FromSeconds(2);

    private readonly MySqlDataSource _primary = new(servers.Primary);
    private readonly MySqlDataSource _replicas = new(servers.Balanced + ";LoadBalance=RoundRobin");

    public IRequest Begin(Visitor visitor) =>
        new DapperRequest(visitor, () => (HasJustWritten(visitor) ? _primary : _replicas).CreateConnection(), () => Writing(visitor));

    private static bool HasJustWritten(Visitor visitor) =>
        visitor.Cookie is { } cookie && Stopwatch.GetElapsedTime(long.Parse(cookie, CultureInfo.InvariantCulture)) < Sticky;

    private MySqlConnection Writing(Visitor visitor)
    {
        visitor.Cookie = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        return _primary.CreateConnection();
    }

    // to here.

    public async ValueTask DisposeAsync()
    {
        await _replicas.DisposeAsync();
        await _primary.DisposeAsync();
    }
}
