using System.Net;
using System.Net.Http.Json;
using MonotonicReads.Cluster.Tests.TheCluster;

namespace MonotonicReads.Cluster.Tests.Sample;

/// <summary>The sample application, started as users start it, on real servers, asked over HTTP by users with cookies.</summary>
public sealed class WebShopSampleTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private const int Rounds = 12;

    [Fact]
    public async Task Nobody_misses_an_own_order_or_sees_an_older_page_while_the_replicas_lag()
    {
        await using var shop = await StartAsync("Causal");
        await fixture.Cluster.WaitForReplicasAsync();
        await fixture.Cluster.Replicas[0].SetDelayAsync(TimeSpan.FromSeconds(1));
        await fixture.Cluster.Replicas[1].SetDelayAsync(TimeSpan.FromSeconds(2));
        try
        {
            await Task.WhenAll(BuyAsync(shop, "ann"), BuyAsync(shop, "ben"));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.SetDelayAsync(TimeSpan.Zero)));
        }
    }

    /// <summary>The same requests would, if requests had no sessions.</summary>
    [Fact]
    public async Task Without_sessions_an_own_order_is_missing_and_pages_go_back()
    {
        await using var shop = await StartAsync("Eventual");
        using var user = new User(shop);
        await fixture.Cluster.WaitForReplicasAsync();
        // Not stopped, which takes a replica out, but far behind for as long as the test takes; and below half of MaxLag, where one comes
        // back that was out for a moment.
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.SetDelayAsync(TimeSpan.FromMinutes(20))));
        try
        {
            // While the delay was set they were out for a moment.
            var order = await user.OrderAsync("carl");
            await Eventually.BecomesAsync(HttpStatusCode.NotFound, () => user.StatusAsync(order));
            Assert.Equal(0, await user.OrdersOfAsync("carl"));

            // One replica goes on, the other does not.
            await fixture.Cluster.Replicas[0].SetDelayAsync(TimeSpan.Zero);
            await fixture.Cluster.Replicas[0].CatchUpAsync();
            var seen = new SortedSet<long>();
            var last = 0L;
            await Eventually.IsAsync(
                async () =>
                {
                    var before = last;
                    seen.Add(last = await user.OrdersOfAsync("carl"));
                    return last < before;
                },
                "a page that shows fewer orders than the one before",
                async () =>
                {
                    using var health = await user.AnswerAsync("/health");
                    return $"Pages showed {string.Join(", ", seen)} orders. {await health.Content.ReadAsStringAsync()}";
                }
            );
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.SetDelayAsync(TimeSpan.Zero)));
        }
    }

    [Fact]
    public async Task It_reports_its_health_its_stock_and_its_reads()
    {
        await using var shop = await StartAsync("Causal");
        using var user = new User(shop);
        await Eventually.IsAsync(async () => (await user.PageAsync<Health>("/health")).Status == "Healthy", "it is healthy");
        var check = Assert.Single((await user.PageAsync<Health>("/health")).Checks).Value;
        Assert.StartsWith("The primary and 2 replicas are up", check.Description, StringComparison.Ordinal);
        Assert.Equal(["primary", "replica1", "replica2"], check.Data.Keys.Order(StringComparer.Ordinal));
        await Eventually.IsAsync(() => Task.FromResult(shop.Output.Contains("pieces in stock", StringComparison.Ordinal)), "a report");
        Assert.Equal(0, await shop.EndAsync());
        Assert.Contains("monotonic_reads.reads", shop.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", shop.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/orders", """{ "customer": "", "productId": 1, "amount": 1 }""", HttpStatusCode.BadRequest)]
    [InlineData("/orders", """{ "customer": "dora", "productId": 1, "amount": 101 }""", HttpStatusCode.BadRequest)]
    [InlineData("/orders", """{ "customer": "dora", "productId": 77, "amount": 1 }""", HttpStatusCode.Conflict)]
    [InlineData("/products/77/stock", """{ "amount": 1 }""", HttpStatusCode.NotFound)]
    [InlineData("/products/1/stock", """{ "amount": 0 }""", HttpStatusCode.BadRequest)]
    [InlineData("/products/1/stock", """{ "amount": 10 }""", HttpStatusCode.NoContent)]
    public async Task What_makes_no_sense_is_refused_and_the_rest_is_done(string path, string body, HttpStatusCode status)
    {
        await using var shop = await StartAsync("Causal");
        using var user = new User(shop);
        Assert.Equal(status, await user.PostAsync(path, body));
    }

    [Fact]
    public async Task Where_a_session_cannot_go_on_the_answer_says_to_try_again()
    {
        const string nobody = "Server=127.0.0.1;Port=1;Database=shop;Username=app;Password=app";
        await using var shop = await StartAsync(
            "Causal",
            $"--Shop:Replicas:0:ConnectionString={nobody}",
            $"--Shop:Replicas:1:ConnectionString={nobody}",
            "--ReadSessions:OnReplicaLoss=Fail"
        );
        using var user = new User(shop);
        using var answer = await user.AnswerAsync("/orders?customer=ann");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Without_servers_it_says_what_to_do_and_no_stack()
    {
        var run = await SampleProcess.RunAsync("WebShop", "--Shop:Primary=Server=127.0.0.1;Port=1;Database=shop;Username=app;Password=app");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Start with --mariadb", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_a_text_and_starts_nothing()
    {
        var run = await SampleProcess.RunAsync("WebShop", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("usage: dotnet run --project samples/WebShop", run.Output, StringComparison.Ordinal);
    }

    // Words that stand twice on a command line stand there for the application, too.
    [Fact]
    public async Task All_arguments_but_its_own_reach_the_configuration()
    {
        await using var shop = await StartAsync("Causal", "--Shop:Replicas:0:Weight", "7", "--Shop:Replicas:1:Weight", "7");
        using var user = new User(shop);
        var check = Assert.Single((await user.PageAsync<Health>("/health")).Checks).Value;
        Assert.Contains("weight 7", check.Data["replica1"], StringComparison.Ordinal);
        Assert.Contains("weight 7", check.Data["replica2"], StringComparison.Ordinal);
    }

    private static async Task BuyAsync(SampleProcess shop, string name)
    {
        using var user = new User(shop);
        var (placed, seen) = (0, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var order = await user.OrderAsync(name);
            placed++;
            Assert.Equal(HttpStatusCode.OK, await user.StatusAsync(order));
            Assert.Equal(placed, await user.OrdersOfAsync(name));
            var all = (await user.PageAsync<Catalogue>("/products")).OrdersSoFar;
            Assert.InRange(all, seen, long.MaxValue);
            seen = all;
        }
    }

    // A third replica of the cluster is none of the shop's.
    private Task<SampleProcess> StartAsync(string level, params string[] more) =>
        SampleProcess.StartAsync(
            "WebShop",
            [
                "--urls=http://127.0.0.1:0",
                "--environment=Development",
                $"--Shop:Primary={fixture.Cluster.Primary.ConnectionString}",
                $"--Shop:Replicas:0:ConnectionString={fixture.Cluster.Replicas[0].ConnectionString}",
                $"--Shop:Replicas:1:ConnectionString={fixture.Cluster.Replicas[1].ConnectionString}",
                "--Shop:Monitor:Interval=00:00:00.2",
                "--Shop:Monitor:MaxLag=01:00:00",
                $"--ReadSessions:Level={level}",
                "--StockReport:Interval=00:00:00.2",
                .. more,
            ]
        );

    private sealed record Health(string Status, Dictionary<string, HealthCheck> Checks);

    private sealed record HealthCheck(string Description, Dictionary<string, string> Data);

    private sealed record Catalogue(long OrdersSoFar);

    private sealed record Orders(long Count);

    private sealed class User : IDisposable
    {
        private readonly HttpClient _http;

        public User(SampleProcess shop) =>
            _http = new(new HttpClientHandler { CookieContainer = new CookieContainer() })
            {
                BaseAddress = shop.Address,
                Timeout = TimeSpan.FromMinutes(2),
            };

        /// <returns>Where the order is.</returns>
        public async Task<string> OrderAsync(string customer)
        {
            using var answer = await _http.PostAsJsonAsync(
                "/orders",
                new
                {
                    customer,
                    productId = 1,
                    amount = 1,
                }
            );
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            return answer.Headers.Location!.ToString();
        }

        public async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.StatusCode;
        }

        public async Task<HttpStatusCode> PostAsync(string path, string body)
        {
            using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
            using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content);
            return answer.StatusCode;
        }

        public async Task<long> OrdersOfAsync(string customer) => (await PageAsync<Orders>($"/orders?customer={customer}")).Count;

        public async Task<T> PageAsync<T>(string path) => (await _http.GetFromJsonAsync<T>(path))!;

        public Task<HttpResponseMessage> AnswerAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

        public void Dispose() => _http.Dispose();
    }
}
