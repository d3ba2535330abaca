using System.Globalization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>What is read and written after the response has started is in no cookie: it is said, and a store keeps it.</summary>
public sealed class LateUseTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    public static TheoryData<string> Late =>
        [
            "/flush-write",
            "/flush-nonquery",
            "/read-flush-nonquery",
            "/read-flush-read",
            "/flush-read",
            "/flush-commit",
            "/flush-scope",
            "/begin-flush-commit",
        ];

    [Theory]
    [MemberData(nameof(Late))]
    public async Task It_is_said(string path)
    {
        await using var site = await Site.StartAsync(fixture, Answer);
        using var user = new Browser();
        await user.Http.GetStringAsync(site.At(path));
        var record = Assert.Single(site.Log.Of(13));
        Assert.Contains("response had started", record.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/read")]
    [InlineData("/write")]
    [InlineData("/write-flush")]
    [InlineData("/commit-flush-close")]
    [InlineData("/flush")]
    public async Task What_came_before_is_in_the_cookie_and_nothing_is_said(string path)
    {
        await using var site = await Site.StartAsync(fixture, Answer);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.Http.GetStringAsync(site.At(path));
        Assert.Empty(site.Log.Of(13));
        if (path != "/flush")
        {
            Assert.True(await user.GetAsync(site, "/read") >= await NewestAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Late))]
    public async Task A_store_keeps_it_for_a_user_with_a_cookie(string path)
    {
        await using var site = await Site.StartAsync(fixture, Answer, build: b => AddStore(b.Services));
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await StoredAsync(user, site, path);
    }

    [Theory]
    [MemberData(nameof(Late))]
    public async Task And_for_one_who_comes_for_the_first_time(string path)
    {
        await using var site = await Site.StartAsync(fixture, Answer, build: b => AddStore(b.Services));
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await StoredAsync(user, site, path);
    }

    [Theory]
    [InlineData(ReadConsistency.Causal, false)]
    [InlineData(ReadConsistency.Causal, true)]
    [InlineData(ReadConsistency.Monotonic, false)]
    public async Task A_write_that_runs_while_the_response_starts_is_said_or_stored(ReadConsistency level, bool hasStore)
    {
        await using var site = await Site.StartAsync(
            fixture,
            Answer,
            o => o.Level = level,
            b => _ = hasStore ? b.Services.AddSingleton<ISessionPositionStore, YieldingStore>() : b.Services
        );
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var holder = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        await holder.OpenAsync();
        await holder.ExecuteScalarAsync("select get_lock('late', 60)");
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        using var answer = await user.Http.GetAsync(site.At("/write-while-flushing"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Empty(site.Log.Of(13));
        await holder.ExecuteScalarAsync("select release_lock('late')");
        await answer.Content.ReadAsStringAsync();
        Assert.Single(site.Log.Of(13));
        if (hasStore)
        {
            Assert.True(await user.GetAsync(site, "/read") >= await NewestAsync());
        }
    }

    /// <summary>The token's own question finds no connection.</summary>
    [Theory]
    [InlineData("/hold-all", System.Net.HttpStatusCode.OK)]
    [InlineData("/hold-all-and-fail", System.Net.HttpStatusCode.InternalServerError)]
    public async Task A_pool_that_is_used_up_is_no_failure_of_the_request(string path, System.Net.HttpStatusCode status)
    {
        await using var source = fixture.BuildSource(primaryOptions: "Maximum Pool Size=1;Connection Timeout=2");
        ReadSession? of = null;
        await using var site = await Site.StartAsync(
            fixture,
            (app, _) =>
            {
                app.UseExceptionHandler(e => e.Run(context => context.Response.WriteAsync("failed")));
                app.UseReadSessions();
                app.MapGet(
                    "/{**path}",
                    async (HttpContext context) =>
                    {
                        of = ReadSession.Current!.Root;
                        var connection = await source.Primary.OpenConnectionAsync();
                        context.Response.RegisterForDispose(connection);
                        await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'held')");
                        return path == "/hold-all" ? "done" : throw new NotImplementedException("of the application");
                    }
                );
            },
            source: source
        );
        using var user = new Browser();
        using var answer = await user.AskAsync(site, path);
        Assert.Equal(status, answer.StatusCode);
        Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        await Eventually.IsAsync(() => of!.HasEnded, "the session has ended");
    }

    private async Task StoredAsync(Browser user, Site site, string path)
    {
        await user.Http.GetStringAsync(site.At(path));
        var newest = path.EndsWith("read", StringComparison.Ordinal) ? 0 : await NewestAsync();
        Assert.True(await user.GetAsync(site, "/read") >= newest);
        using var stranger = new Browser();
        Assert.True(newest == 0 || await stranger.GetAsync(site, "/read") < newest);
    }

    private static void AddStore(IServiceCollection services) =>
        services
            .AddSingleton<IDistributedCache>(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions())))
            .AddSessionPositionStore();

    private static void Answer(WebApplication app, ReplicatedMySqlDataSource source)
    {
        Site.ReadAndWrite(app, source);
        app.MapGet("/flush", FlushAsync);
        app.MapGet(
            "/write-while-flushing",
            async (HttpContext context) =>
            {
                await using var connection = await source.Primary.OpenConnectionAsync();
                var writing = connection.ExecuteAsync(
                    "insert into writes (server, note) select 'primary', concat('late', get_lock('late', 60)) from dual"
                );
                await FlushAsync(context);
                await writing;
            }
        );
        app.MapGet("/flush-write", (HttpContext context) => AfterFlush(context, Site.WriteAsync));
        app.MapGet("/flush-read", (HttpContext context) => AfterFlush(context, Site.ReadAsync));
        app.MapGet("/flush-nonquery", (HttpContext context) => AfterFlush(context, InsertAsync));
        app.MapGet(
            "/flush-scope",
            (HttpContext context) =>
                AfterFlush(
                    context,
                    async source =>
                    {
                        using var scope = new System.Transactions.TransactionScope(
                            System.Transactions.TransactionScopeAsyncFlowOption.Enabled
                        );
                        await InsertAsync(source);
                        scope.Complete();
                        return 0;
                    }
                )
        );
        app.MapGet("/read-flush-nonquery", (HttpContext context) => ReadAndAfterFlush(context, InsertAsync));
        app.MapGet("/read-flush-read", (HttpContext context) => ReadAndAfterFlush(context, Site.ReadAsync));
        app.MapGet("/write-flush", (HttpContext context) => BeforeFlush(context, InsertAsync));
        app.MapGet("/flush-commit", (HttpContext context) => InTransactionAsync(context, 0));
        app.MapGet("/begin-flush-commit", (HttpContext context) => InTransactionAsync(context, 1));
        app.MapGet("/commit-flush-close", (HttpContext context) => InTransactionAsync(context, 2));

        async Task InTransactionAsync(HttpContext context, int flushAfter)
        {
            var step = 0;
            await StepAsync();
            await using var connection = await source.Primary.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'late')", transaction: transaction);
            await StepAsync();
            await transaction.CommitAsync();
            await StepAsync();

            async Task StepAsync()
            {
                if (step++ == flushAfter)
                {
                    await FlushAsync(context);
                }
            }
        }

        static async Task<long> InsertAsync(ReplicatedMySqlDataSource source)
        {
            await using var connection = await source.Primary.OpenConnectionAsync();
            return await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'late')");
        }

        async Task ReadAndAfterFlush(HttpContext context, Func<ReplicatedMySqlDataSource, Task<long>> use)
        {
            await Site.ReadAsync(source);
            await AfterFlush(context, use);
        }

        async Task AfterFlush(HttpContext context, Func<ReplicatedMySqlDataSource, Task<long>> use)
        {
            await FlushAsync(context);
            await context.Response.WriteAsync((await use(source)).ToString(CultureInfo.InvariantCulture));
        }

        async Task BeforeFlush(HttpContext context, Func<ReplicatedMySqlDataSource, Task<long>> use)
        {
            await use(source);
            await FlushAsync(context);
        }

        static async Task FlushAsync(HttpContext context)
        {
            await context.Response.WriteAsync("x ");
            await context.Response.Body.FlushAsync();
        }
    }

    private async Task<long> NewestAsync()
    {
        await using var connection = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("select coalesce(max(id), 0) from writes");
    }
}
