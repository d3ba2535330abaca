using System.Text.Json;
using MonotonicReads.Cli.Reports;

namespace MonotonicReads.Cli.Tests.Reports;

/// <summary>What SARIF 2.1.0 asks of a log beyond its members' names, and what code scanning reads of it.</summary>
public class SarifReportTests
{
    private static readonly JsonElement Run = JsonDocument
        .Parse(SarifReport.Render(ShopReport.OfShop(), "0.1.0"))
        .RootElement.GetProperty("runs")[0];

    private static IEnumerable<JsonElement> Results => Run.GetProperty("results").EnumerateArray();

    [Fact]
    public void Every_result_names_a_rule_by_id_and_index()
    {
        var rules = Run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().Select(Id).ToList();

        Assert.Equal(rules.Distinct(), rules);
        Assert.NotEmpty(Results);
        Assert.All(Results, r => Assert.Equal(r.GetProperty("ruleId").GetString(), rules[r.GetProperty("ruleIndex").GetInt32()]));
        Assert.All(Results, r => Assert.Contains(r.GetProperty("level").GetString(), new[] { "error", "warning", "note" }));

        static string Id(JsonElement rule) => rule.GetProperty("id").GetString()!;
    }

    [Fact]
    public void Addresses_are_relative_to_the_repository_and_escaped_and_lines_begin_at_one()
    {
        var locations = Physical(Run).ToList();

        Assert.NotEmpty(locations);
        Assert.All(
            locations,
            location =>
            {
                var file = location.GetProperty("artifactLocation");
                Assert.Equal("src/Orders%20%26%20more.cs", file.GetProperty("uri").GetString());
                Assert.True(Run.GetProperty("originalUriBaseIds").TryGetProperty(file.GetProperty("uriBaseId").GetString()!, out _));
                var region = location.GetProperty("region");
                var (line, column) = (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32());
                Assert.True(line >= 1 && column >= 1);
                var (endLine, endColumn) = (region.GetProperty("endLine").GetInt32(), region.GetProperty("endColumn").GetInt32());
                Assert.True(endLine > line || (endLine == line && endColumn > column));
            }
        );
    }

    [Fact]
    public void The_documentation_id_is_a_property_and_the_logical_name()
    {
        Assert.All(
            Results,
            result =>
            {
                var id = result.GetProperty("properties").GetProperty("documentationId").GetString();
                var logical = result.GetProperty("locations")[0].GetProperty("logicalLocations")[0];
                Assert.StartsWith("M:Shop.Data.", id, StringComparison.Ordinal);
                Assert.Equal(id, logical.GetProperty("fullyQualifiedName").GetString());
            }
        );
    }

    [Fact]
    public void Whatever_is_not_open_is_suppressed_and_says_why()
    {
        foreach (var result in Results)
        {
            var isOpen = result.GetProperty("properties").GetProperty("state").GetString() == "open";
            Assert.Equal(!isOpen, result.TryGetProperty("suppressions", out var suppressions));
            if (!isOpen)
            {
                Assert.Equal("accepted", suppressions[0].GetProperty("status").GetString());
                Assert.NotEmpty(suppressions[0].GetProperty("justification").GetString()!);
            }
        }

        Assert.Equal("external", Suppression("Kept").GetProperty("kind").GetString());
        Assert.Equal("inSource", Suppression("Pinned").GetProperty("kind").GetString());
        Assert.Equal("a chart | nobody <decides> by it", Suppression("Accepted").GetProperty("justification").GetString());
    }

    [Fact]
    public void Every_read_is_a_related_location_and_a_way_leads_to_its_statement()
    {
        var open = Of("Open");
        Assert.Equal(["QuerySingle", "Count, which reads"], open.GetProperty("relatedLocations").EnumerateArray().Select(Message));

        var flow = open.GetProperty("codeFlows")[0].GetProperty("threadFlows")[0].GetProperty("locations").EnumerateArray().ToList();
        Assert.Equal(
            ["QuerySingle: the earlier read", "calls Count", "ExecuteScalar: the later read"],
            flow.Select(static step => Message(step.GetProperty("location")))
        );

        static string Message(JsonElement location) => location.GetProperty("message").GetProperty("text").GetString()!;
    }

    [Fact]
    public void A_fingerprint_stays_when_lines_move_and_tells_findings_apart()
    {
        var prints = Fingerprints(ShopReport.OfShop());

        Assert.Equal(prints, Fingerprints(ShopReport.OfShop(before: "// moved\n\n\n")));
        Assert.Equal(prints.Distinct(), prints);
    }

    private static List<string> Fingerprints(Cli.Reports.Model.Report report) =>
        [
            .. JsonDocument
                .Parse(SarifReport.Render(report, "0.1.0"))
                .RootElement.GetProperty("runs")[0]
                .GetProperty("results")
                .EnumerateArray()
                .Select(static r => r.GetProperty("partialFingerprints").GetProperty("unitAndRule/v1").GetString()!),
        ];

    private static JsonElement Of(string method) =>
        Results.First(r =>
            r.GetProperty("properties").GetProperty("documentationId").GetString()!.Contains("." + method, StringComparison.Ordinal)
        );

    private static JsonElement Suppression(string method) => Of(method).GetProperty("suppressions")[0];

    private static IEnumerable<JsonElement> Physical(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Physical),
            JsonValueKind.Object => element
                .EnumerateObject()
                .SelectMany(static p => p.Name == "physicalLocation" ? [p.Value] : Physical(p.Value)),
            _ => [],
        };
}
