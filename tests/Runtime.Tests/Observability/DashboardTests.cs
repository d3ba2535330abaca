using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using MonotonicReads.Observability;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace MonotonicReads.Runtime.Tests.Observability;

/// <summary>Dashboard and alerts ask for what Prometheus gets: under the names that the exporter really gives, with labels that each of the
/// metrics has.</summary>
public class DashboardTests
{
    private const string Prefix = "monotonic_reads_";

    [Fact]
    public async Task Each_query_of_dashboard_and_alerts_is_of_metrics_and_labels_that_there_are()
    {
        var exported = await ExportedAsync();
        var used = new HashSet<string>();
        var queries = DashboardQueries().Concat(AlertQueries()).ToList();
        Assert.True(queries.Count > 12);
        foreach (var (query, labels) in queries)
        {
            var names = Names(query);
            var metrics = names.Where(exported.ContainsKey).ToList();
            Assert.NotEmpty(metrics);
            foreach (var label in names.Except(metrics).Concat(labels))
            {
                Assert.All(metrics, metric => Assert.True(exported[metric].Contains(label), $"{metric} has no label {label}, in: {query}"));
            }

            used.UnionWith(metrics);
        }

        // Nothing that is measured is left without a panel.
        var wanted = exported.Keys.Select(Family).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(wanted, used.Select(Family).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void There_are_five_alerts_and_no_two_panels_of_one_id()
    {
        Assert.Equal(5, AlertQueries().Count());
        var ids = Dashboard().GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task Waits_are_counted_in_seconds_and_in_buckets_that_tell_them_apart()
    {
        var text = await ScrapeAsync();
        var buckets = Regex
            .Matches(text, "monotonic_reads_wait_duration_seconds_bucket\\{[^}]*le=\"([^\"]+)\"")
            .Select(match => match.Groups[1].Value)
            .Distinct();
        Assert.Equal(
            ["0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"],
            buckets
        );
    }

    [Fact]
    public async Task Each_measurement_names_its_data_source()
    {
        foreach (var (metric, labels) in await ExportedAsync())
        {
            Assert.True(labels.Contains("monotonic_reads_data_source"), metric);
        }
    }

    private static IEnumerable<(string Query, IEnumerable<string> Labels)> DashboardQueries() =>
        Dashboard()
            .GetProperty("panels")
            .EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target =>
                (target.GetProperty("expr").GetString()!, (IEnumerable<string>)Names(target.GetProperty("legendFormat").GetString()!))
            );

    private static JsonElement Dashboard() => JsonDocument.Parse(File.ReadAllText(PathOf("dashboard.json"))).RootElement;

    private static IEnumerable<(string Query, IEnumerable<string> Labels)> AlertQueries() =>
        File.ReadAllText(PathOf("alerts.yaml"))
            .Split("- alert: ")
            .Skip(1)
            .Select(alert =>
            {
                var match = Regex.Match(alert, @"\n        expr: (?<query>.*?)\n        for: ", RegexOptions.Singleline);
                Assert.True(match.Success, alert);
                return (
                    match.Groups["query"].Value,
                    (IEnumerable<string>)Names(alert[match.Length..].Replace(match.Value, "", StringComparison.Ordinal))
                );
            });

    private static List<string> Names(string text) => [.. Regex.Matches(text, Prefix + "[a-z_]+").Select(match => match.Value).Distinct()];

    private static string Family(string metric) => Regex.Replace(metric, "_(bucket|sum|count)$", "");

    // Names and labels of all that is exported when everything has been measured once: here, since other tests measure only sometimes.
    private static async Task<Dictionary<string, HashSet<string>>> ExportedAsync()
    {
        var exported = new Dictionary<string, HashSet<string>>();
        foreach (Match line in Regex.Matches(await ScrapeAsync(), $"^({Prefix}[a-z_]+)\\{{([^}}]*)\\}} ", RegexOptions.Multiline))
        {
            var labels = Regex.Matches(line.Groups[2].Value, "([a-z_]+)=\"").Select(match => match.Groups[1].Value);
            exported[line.Groups[1].Value] = [.. labels];
        }

        Assert.Equal(Instruments(), exported.Keys.Select(Family).Distinct().Count());
        return exported;
    }

    private static int Instruments()
    {
        var count = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) => count += instrument.Meter.Name == MonotonicReadsTelemetry.MeterName ? 1 : 0,
        };
        listener.Start();
        return count;
    }

    private static async Task<string> ScrapeAsync()
    {
        var (provider, address) = Listen();
        using var ends = provider;
        using var observed = RoutingMetrics.Observe(() => [new("shop", "r1", false, true, TimeSpan.FromSeconds(1), true)]);
        RoutingMetrics.CountRead("shop", "r1", isPrimary: false, ReadConsistency.Causal);
        RoutingMetrics.RecordSession("shop", ReadConsistency.Causal, 3);
        RoutingMetrics.CountFallback("shop", "no replica available");
        RoutingMetrics.CountLoss("shop", "r1", "open failed", ReplicaLoss.Primary);
        RoutingMetrics.CountMove("shop", "r1", "r2", "open failed", ReplicaLoss.Redraw);
        RoutingMetrics.CountRestart("shop", "r1", "open failed");
        RoutingMetrics.CountSeries("shop", "several servers", isSpread: true);
        RoutingMetrics.RecordWait("shop", "r1", TimeSpan.FromMilliseconds(3));
        using var client = new HttpClient();
        return await client.GetStringAsync(address);
    }

    // The exporter's listener takes no port of the system's choosing: one that was free may be another's by then, and it says so.
    private static (MeterProvider Provider, Uri Address) Listen()
    {
        for (var left = 50; ; left--)
        {
            var port = FreePort();
            try
            {
                var provider = Sdk.CreateMeterProviderBuilder()
                    .AddMeter(MonotonicReadsTelemetry.MeterName)
                    .AddPrometheusHttpListener(options => (options.Host, options.Port) = ("127.0.0.1", port))
                    .Build();
                return (provider, new Uri($"http://127.0.0.1:{port}/metrics"));
            }
            catch (Exception exception) when (left > 0 && exception is HttpListenerException or InvalidOperationException)
            {
                // The next one, then.
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string PathOf(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Analyzer.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "docs", "operations", name);
    }
}
