using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports;

/// <summary>
/// The report as SARIF 2.1.0, for code scanning. What is settled, accepted or baselined is there too, suppressed with its reason, so that
/// it is seen and alarms nobody. Written without the SDK for the format, which would bring Newtonsoft.Json for these few members.
/// </summary>
internal static class SarifReport
{
    /// <summary>What the relative addresses are relative to: the repository's root.</summary>
    private const string Root = "SRCROOT";

    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="report">The report.</param>
    /// <param name="toolVersion">The tool's own, as a semantic version.</param>
    public static string Render(Report report, string toolVersion)
    {
        var results = report.Units.SelectMany(u => u.Findings.Select(f => Result(report, u, f)));
        var run = new JsonObject
        {
            ["tool"] = new JsonObject
            {
                ["driver"] = new JsonObject
                {
                    ["name"] = "MonotonicReads",
                    ["semanticVersion"] = toolVersion,
                    ["informationUri"] = "https://github.com/monotonicreads/monotonicreads",
                    ["rules"] = new JsonArray([.. ReportedRules.All.Select(Rule)]),
                },
            },
            ["originalUriBaseIds"] = new JsonObject
            {
                [Root] = new JsonObject { ["description"] = new JsonObject { ["text"] = "The root of the repository." } },
            },
            ["columnKind"] = "utf16CodeUnits",
            ["results"] = new JsonArray([.. results]),
        };
        if (report.Runtime is { } runtime)
        {
            // They have no place in a file: the running program knows methods.
            run["properties"] = new JsonObject
            {
                ["onlyAtRunTime"] = new JsonArray([
                    .. runtime.Unforeseen.Select(static s => (JsonNode)$"{Words.Of(s)}; {Words.Of(s.Seen)}"),
                ]),
            };
        }

        if (report.Created is { } created)
        {
            run["invocations"] = new JsonArray(new JsonObject { ["executionSuccessful"] = true, ["endTimeUtc"] = created });
        }

        var log = new JsonObject
        {
            ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(run),
        };
        return log.ToJsonString(Written) + "\n";
    }

    private static JsonObject Rule(DiagnosticDescriptor rule) =>
        new JsonObject
        {
            ["id"] = rule.Id,
            ["name"] = NameOf(rule),
            ["shortDescription"] = Text(rule.Title.ToString(CultureInfo.InvariantCulture) + "."),
            ["fullDescription"] = Text(rule.Description.ToString(CultureInfo.InvariantCulture)),
            ["helpUri"] = rule.HelpLinkUri,
            ["defaultConfiguration"] = new JsonObject { ["level"] = LevelOf(rule) },
        };

    private static JsonObject Result(Report report, ReportUnit unit, ReportFinding finding)
    {
        var method = report.Methods[unit.Method];
        var rule = ReportedRules.All.First(r => r.Id == finding.Rule);
        var sites = finding.Meetings.SelectMany(static m => new[] { m.Earlier, m.Later }).Distinct().Order().ToList();
        var result = new JsonObject
        {
            ["ruleId"] = finding.Rule,
            ["ruleIndex"] = ReportedRules.All.IndexOf(rule),
            ["level"] = LevelOf(rule),
            ["message"] = Text(finding.Message),
            ["locations"] = new JsonArray(Location(finding.Place, LogicalOf(unit, method))),
            ["relatedLocations"] = new JsonArray([.. sites.Select((s, i) => Related(method.Sites[s], i + 1))]),
            ["codeFlows"] = new JsonArray([.. finding.Meetings.Take(1).Select(m => CodeFlow(report, unit, m, finding.Rule == "MR1003"))]),
            ["partialFingerprints"] = new JsonObject { ["unitAndRule/v1"] = Fingerprint(unit, finding, method) },
            ["properties"] = Properties(unit, finding, report),
        };
        if (finding.State != ReportState.Open)
        {
            result["suppressions"] = new JsonArray(Suppression(finding));
        }

        return result;
    }

    private static JsonObject Properties(ReportUnit unit, ReportFinding finding, Report report)
    {
        var properties = new JsonObject
        {
            ["documentationId"] = unit.Member,
            ["state"] = Words.Of(finding.State),
            ["project"] = report.Projects[unit.Project].Name,
            ["callers"] = unit.Callers.Length,
        };
        if (unit.Member is null)
        {
            properties.Remove("documentationId");
        }

        var at = report.Runtime?.Findings.FirstOrDefault(f => report.Units[f.Unit] == unit && f.Rule == finding.Rule);
        if (at is not null && (at.IsUnsettled || at.Seen is not null))
        {
            properties["runtime"] = RuntimeJson.VerdictOf(at);
            properties["runtimeUnits"] = at.Seen?.Units ?? 0;
        }

        return properties;
    }

    /// <summary>What is in the source is suppressed there; the baseline and severities are not.</summary>
    private static JsonObject Suppression(ReportFinding finding)
    {
        var justification = finding.State switch
        {
            ReportState.Baselined => "Accepted for the time being by MonotonicReads.Baseline.txt.",
            ReportState.Suppressed => "Kept quiet by a pragma, an attribute or a severity of none.",
            ReportState.Accepted when finding.Because?.Reason is { Length: > 0 } reason => reason,
            _ => $"Settled by {finding.Because?.By ?? "a declaration"}{(finding.Because?.On is { } on ? " on " + on : "")}.",
        };
        var suppression = new JsonObject
        {
            ["kind"] = finding.State == ReportState.Baselined ? "external" : "inSource",
            ["status"] = "accepted",
            ["justification"] = justification,
        };
        if (finding.Because?.Place is { } place)
        {
            suppression["location"] = Location(place, logical: null);
        }

        return suppression;
    }

    private static JsonObject CodeFlow(Report report, ReportUnit unit, ReportMeeting meeting, bool afterWrite)
    {
        var steps = new JsonArray();
        Add(CallPath.To(report, unit.Method, meeting.Earlier, reads: !afterWrite), afterWrite ? "the write" : "the earlier read");
        Add(CallPath.To(report, unit.Method, meeting.Later, reads: true), "the later read");
        return new JsonObject { ["threadFlows"] = new JsonArray(new JsonObject { ["locations"] = steps }) };

        void Add(IReadOnlyList<(int Method, int Site)> way, string what)
        {
            for (var i = 0; i < way.Count; i++)
            {
                var site = report.Methods[way[i].Method].Sites[way[i].Site];
                var location = Location(site.Place, logical: null);
                location["message"] = Text(i == way.Count - 1 ? $"{site.Name}: {what}" : $"calls {site.Name}");
                steps.Add(new JsonObject { ["location"] = location, ["nestingLevel"] = i });
            }
        }
    }

    private static JsonObject Related(ReportSite site, int id)
    {
        var location = Location(site.Place, logical: null);
        location["id"] = id;
        location["message"] = Text(site.Calls.IsEmpty ? site.Name : $"{site.Name}, which {Words.Does(site)}");
        return location;
    }

    private static JsonObject LogicalOf(ReportUnit unit, ReportMethod method) =>
        new()
        {
            ["name"] = unit.Name,
            ["fullyQualifiedName"] = unit.Member ?? method.Key,
            ["kind"] =
                method.Key.StartsWith("P:", StringComparison.Ordinal) || method.Key.StartsWith("F:", StringComparison.Ordinal)
                    ? "member"
                    : "function",
        };

    private static JsonObject Location(ReportPlace place, JsonObject? logical)
    {
        var location = new JsonObject
        {
            ["physicalLocation"] = new JsonObject
            {
                ["artifactLocation"] = new JsonObject { ["uri"] = UriOf(place.File), ["uriBaseId"] = Root },
                ["region"] = new JsonObject
                {
                    ["startLine"] = place.Line,
                    ["startColumn"] = place.Column,
                    ["endLine"] = place.EndLine,
                    ["endColumn"] = place.EndColumn,
                },
            },
        };
        if (logical is not null)
        {
            location["logicalLocations"] = new JsonArray(logical);
        }

        return location;
    }

    private static string UriOf(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Of what is called, not of where: it stays when lines move.</summary>
    private static string Fingerprint(ReportUnit unit, ReportFinding finding, ReportMethod method)
    {
        var text = string.Join(
            '\n',
            [
                unit.Id,
                finding.Rule,
                .. finding.Meetings.Take(1).SelectMany(m => new[] { method.Sites[m.Earlier].Name, method.Sites[m.Later].Name }),
            ]
        );
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32].ToLowerInvariant();
    }

    private static JsonObject Text(string text) => new() { ["text"] = text };

    private static string NameOf(DiagnosticDescriptor rule) =>
        string.Concat(
            rule.Title.ToString(CultureInfo.InvariantCulture)
                .Split([' ', ',', '-'], StringSplitOptions.RemoveEmptyEntries)
                .Select(static word => char.ToUpperInvariant(word[0]) + word[1..])
        );

    private static string LevelOf(DiagnosticDescriptor rule) =>
        rule.DefaultSeverity switch
        {
            DiagnosticSeverity.Error => "error",
            DiagnosticSeverity.Warning => "warning",
            _ => "note",
        };
}
