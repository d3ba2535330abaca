using System.Security.Cryptography;
using Dapper;
using MonotonicReads.Sessions;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A session that goes on in another process: what it saw and wrote before is never missing there.</summary>
public sealed class TokenTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    private static readonly SessionTokenOptions Options = SessionTokenOptions.WithKey(RandomNumberGenerator.GetBytes(32));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_it_saw_elsewhere_is_there_although_the_replica_draws_differ(bool isAsync)
    {
        // The other process has other weights, so that the same UUID draws another replica there.
        await using var here = fixture.BuildSource(b => b.RecordDecisions());
        await using var there = fixture.BuildSource(b => b.RecordDecisions());
        there.UpdateReplicas([.. fixture.Cluster.Replicas.Select((r, i) => new ReplicaSettings(r.Name, r.ConnectionString, 3 - i))]);
        for (var i = 0; i < 60; i++)
        {
            string token;
            long seen;
            using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
            {
                await InsertAsync(here);
                seen = await NewestAsync(here);
                token = isAsync ? await session.ToTokenAsync(Options) : session.ToToken(Options);
                Assert.InRange(token.Length, 1, 150);
            }

            // On a busy machine a replica may need longer than the default wait.
            using (
                var resumed = ReadSession.Resume(
                    token,
                    ReadConsistency.Monotonic,
                    new ReadSessionOptions { MaxWaitMilliseconds = 10_000 },
                    Options
                )
            )
            {
                Assert.True(await NewestAsync(there) >= seen);
                Assert.True(await NewestAsync(there) >= seen);
                Assert.All(resumed.GetDecisions(), d => Assert.NotEqual("primary", d.Server));
            }
        }
    }

    [Fact]
    public async Task A_causal_session_takes_its_writes_along()
    {
        await using var source = fixture.BuildSource();
        for (var i = 0; i < 60; i++)
        {
            string token;
            long written;
            using (var session = ReadSession.Begin(ReadConsistency.Causal))
            {
                written = await InsertAsync(source);
                token = await session.ToTokenAsync(Options);
            }

            using var resumed = ReadSession.Resume(token, Options);
            Assert.Equal(ReadConsistency.Causal, resumed.Consistency);
            Assert.True(await NewestAsync(source) >= written);
        }
    }

    [Fact]
    public async Task Where_no_replica_has_it_in_time_the_primary_answers()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        string token;
        long written;
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using (var session = ReadSession.Begin(ReadConsistency.Causal))
            {
                written = await InsertAsync(source);
                token = await session.ToTokenAsync(Options);
            }

            using var resumed = ReadSession.Resume(token, Options);
            Assert.Equal(written, await NewestAsync(source));
            Assert.Equal("primary", Assert.Single(resumed.GetDecisions()).Server);
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task A_position_that_not_even_the_primary_has_is_refused()
    {
        await using var source = fixture.BuildSource();
        var foreign = new SessionToken(
            Guid.NewGuid(),
            ReadConsistency.Monotonic,
            [new("mysql", MariaDbGtidList.Parse("0-1-999999999"))]
        ).Protect(Options);
        using var resumed = ReadSession.Resume(foreign, Options);
        var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        Assert.Contains("another cluster", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_primary_is_read_where_the_token_says_so()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var token = new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, [new("mysql", null)]).Protect(Options);
        using var resumed = ReadSession.Resume(token, Options);
        await NewestAsync(source);
        Assert.Equal("primary", Assert.Single(resumed.GetDecisions()).Server);
    }

    [Fact]
    public async Task A_session_that_lost_its_replica_takes_the_safe_way()
    {
        await using var source = fixture.BuildSource();
        var victim = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(victim));
        await NewestAsync(source);
        await victim.KillAsync();
        try
        {
            var token = await session.ToTokenAsync(Options);
            Assert.True(Assert.Single(SessionToken.Unprotect(token, Options).Sources).IsPrimaryOnly);
        }
        finally
        {
            await victim.RestartAsync();
        }
    }

    private static async Task<long> InsertAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'token') returning id");
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }
}
