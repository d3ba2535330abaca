using System.Globalization;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;
using Xunit.Abstractions;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>Statements outside a session spread by weight, and each session stays on the replica that the selector names.</summary>
public sealed class SpreadTests(RelayFixture fixture, ITestOutputHelper output) : IClassFixture<RelayFixture>
{
    private const int Statements = 2_000;

    // Two degrees of freedom: once in a thousand runs, and the seed is fixed.
    private const double Critical = 13.82;

    public static TheoryData<string> Dialects => ["ShopifyFork", "ProxySql", "MaxScale"];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Statements_spread_outside_sessions_and_stay_in_them(string name)
    {
        await using var through = await ThroughProxy.StartAsync(fixture, Dialect(name));
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async _ =>
                {
                    for (var i = 0; i < Statements / 4; i++)
                    {
                        await through.AskAsync();
                    }
                })
        );
        var spread = through.Reads.CountBy(read => read.Server).ToDictionary();
        Assert.Equal(Statements, spread.Values.Sum());
        Assert.Equal(["replica1", "replica2", "replica3"], spread.Keys.Order());
        var chiSquare = spread.Sum(server => Math.Pow(server.Value - Expected(server.Key), 2) / Expected(server.Key));
        Assert.All(through.Reads, read => Assert.Equal(ThroughProxy.WhoAnswers, read.Text));
        Assert.True(chiSquare < Critical, $"chi-square {chiSquare}");

        // The fork keeps a session where its reads overlap with nobody's.
        var clients = name == "ShopifyFork" ? 1 : 4;
        through.Relay.Reset();
        var wrong = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, clients)
                .Select(async _ =>
                {
                    for (var i = 0; i < Statements / clients / 5; i++)
                    {
                        var id = Guid.NewGuid();
                        using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
                        for (var read = 0; read < 5; read++)
                        {
                            if (await through.AskAsync() != through.Drawn(id))
                            {
                                Interlocked.Increment(ref wrong);
                            }
                        }
                    }
                })
        );
        var sessions = through.Reads;
        Assert.Equal((0, Statements), (wrong, sessions.Count));
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: outside sessions {string.Join(" / ", spread.OrderBy(s => s.Key).Select(s => s.Value))} (weights 1 / 2 / 3, chi-square {chiSquare:F2}, critical {Critical}); in {Statements / 5} sessions {sessions.Count} statements, {wrong} on another replica than WeightedModulo names; {sessions.Select(s => s.Text).Distinct().Count()} distinct texts"
            )
        );
    }

    /// <summary>A program that prepares has as many prepared statements as texts: a text for each session would be one too many for any cache.</summary>
    [Theory]
    [InlineData("ShopifyFork", 1 + 20, 1)]
    [InlineData("ProxySql", 1 + 3, 1 + 3)]
    [InlineData("MaxScale", 1 + 3, 1 + 3)]
    [InlineData("SqlCommenter", 1 + 20, 1)]
    public async Task Texts_of_one_call_site(string name, int sent, int prepared)
    {
        await using var through = await ThroughProxy.StartAsync(fixture, Dialect(name));
        await through.AskAsync();
        for (var i = 0; i < 20; i++)
        {
            using var session = ReadSession.Begin(
                ReadConsistency.Monotonic,
                name is "ProxySql" or "MaxScale" ? through.IdOn($"replica{(i % 3) + 1}") : Guid.NewGuid()
            );
            await through.AskAsync();
            await through.AskAsync();
        }

        Assert.Equal(sent, through.Reads.Select(read => read.Text).Distinct().Count());

        through.Relay.Reset();
        await PreparedAsync(through);
        for (var i = 0; i < 20; i++)
        {
            using var session = ReadSession.Begin(
                ReadConsistency.Monotonic,
                name is "ProxySql" or "MaxScale" ? through.IdOn($"replica{(i % 3) + 1}") : Guid.NewGuid()
            );
            await PreparedAsync(through);
        }

        var texts = through.Reads.Where(read => read.IsPrepared).Select(read => read.Text).Distinct().ToList();
        Assert.Equal(prepared, texts.Count);
        output.WriteLine($"{name}: {sent} texts sent, {prepared} prepared, by one call site in 20 sessions: {string.Join(" | ", texts)}");
    }

    private static async Task PreparedAsync(ThroughProxy through)
    {
        await using var connection = await through.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = ThroughProxy.WhoAnswers;
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
    }

    private static double Expected(string replica) => Statements * (replica[^1] - '0') / 6.0;

    private static ProxyDialect Dialect(string name) =>
        name switch
        {
            "ShopifyFork" => ProxyDialect.ShopifyFork,
            "ProxySql" => ProxyDialect.ProxySql,
            "MaxScale" => ProxyDialect.MaxScale,
            _ => ProxyDialect.SqlCommenter,
        };
}
