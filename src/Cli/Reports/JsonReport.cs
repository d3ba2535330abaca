using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports;

/// <summary>
/// The report as data. Its shape is in docs/reports.md: members are added under the same <see cref="Version"/>, and taken away or changed
/// under a new one only.
/// </summary>
internal static class JsonReport
{
    public const string Format = "monotonic-reads.report";

    public const int Version = 1;

    private const int MostHotSpots = 25;

    /// <summary>The text, with a line end at its end.</summary>
    /// <param name="report">The report.</param>
    /// <param name="indented">False for what stands in a page: short, and without a character that means anything there.</param>
    public static string Render(Report report, bool indented = true)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = indented,
            NewLine = "\n",
            // In a file names stay as they are; in a page no `<` may end a script element.
            Encoder = indented ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping : JavaScriptEncoder.Default,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            Write(json, report);
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Report report)
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        json.WriteString("solution", report.Solution);
        if (report.Created is { } created)
        {
            json.WriteString("created", created);
        }

        WriteTotals(json, report);
        Each(
            json,
            "rules",
            ReportedRules.All,
            static (json, rule) =>
            {
                json.WriteString("id", rule.Id);
                json.WriteString("title", rule.Title.ToString(System.Globalization.CultureInfo.InvariantCulture));
                json.WriteString("help", rule.HelpLinkUri);
            }
        );
        Each(
            json,
            "projects",
            report.Projects,
            static (json, project) =>
            {
                json.WriteString("name", project.Name);
                json.WriteString("path", project.Path);
            }
        );
        Each(json, "units", report.Units, WriteUnit);
        Each(json, "methods", report.Methods, WriteMethod);
        json.WriteStartObject("hotSpots");
        Each(
            json,
            "mostCalled",
            HotSpots.MostCalled(report, MostHotSpots),
            static (json, unit) =>
            {
                json.WriteString("unit", unit.Id);
                json.WriteNumber("callers", unit.Callers.Length);
            }
        );
        Each(
            json,
            "mostShared",
            HotSpots.MostShared(report, MostHotSpots),
            static (json, shared) =>
            {
                json.WriteNumber("method", shared.Method);
                json.WriteNumber("units", shared.Units);
            }
        );
        json.WriteEndObject();
        if (report.Runtime is { } runtime)
        {
            json.WriteStartObject("runtime");
            RuntimeJson.Write(json, report, runtime);
            json.WriteEndObject();
        }

        json.WriteStartArray("gaps");
        foreach (var gap in report.Gaps)
        {
            json.WriteStringValue(gap);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter json, Report report)
    {
        json.WriteStartObject("totals");
        json.WriteNumber("units", report.Units.Length);
        json.WriteStartObject("states");
        foreach (var state in Enum.GetValues<ReportState>())
        {
            json.WriteNumber(Words.Of(state), report.Units.Count(u => u.State == state));
        }

        json.WriteEndObject();
        json.WriteStartObject("reads");
        json.WriteNumber("places", report.Estimate.All);
        json.WriteNumber("leaveNow", report.Estimate.LeaveNow);
        json.WriteNumber("leaveOnceSettled", report.Estimate.LeaveOnceSettled);
        json.WriteNumber("stay", report.Estimate.Stay);
        json.WriteStartObject("fates");
        foreach (var count in report.Estimate.Counts)
        {
            json.WriteNumber(Words.Of(count.Fate), count.Places);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteUnit(Utf8JsonWriter json, ReportUnit unit)
    {
        json.WriteString("id", unit.Id);
        json.WriteString("name", unit.Name);
        Optional(json, "member", unit.Member);
        json.WriteString("state", Words.Of(unit.State));
        json.WriteNumber("project", unit.Project);
        json.WriteNumber("method", unit.Method);
        WritePlace(json, unit.Place);
        Each(json, "findings", unit.Findings, WriteFinding);
        Each(
            json,
            "callers",
            unit.Callers,
            static (json, caller) =>
            {
                json.WriteString("name", caller.Name);
                WritePlace(json, caller.Place);
            }
        );
        json.WriteStartObject("reads");
        json.WriteNumber("canLeave", unit.Reads.CanLeave);
        json.WriteNumber("stay", unit.Reads.Stay);
        json.WriteEndObject();
    }

    private static void WriteFinding(Utf8JsonWriter json, ReportFinding finding)
    {
        json.WriteString("rule", finding.Rule);
        json.WriteString("state", Words.Of(finding.State));
        json.WriteString("message", finding.Message);
        WritePlace(json, finding.Place);
        if (finding.Because is { } because)
        {
            json.WriteStartObject("because");
            json.WriteString("by", because.By);
            Optional(json, "on", because.On);
            Optional(json, "reason", because.Reason);
            if (because.Place is { } place)
            {
                WritePlace(json, place);
            }

            json.WriteEndObject();
        }

        Each(
            json,
            "meetings",
            finding.Meetings,
            static (json, meeting) =>
            {
                json.WriteNumber("earlier", meeting.Earlier);
                json.WriteNumber("later", meeting.Later);
            }
        );
    }

    private static void WriteMethod(Utf8JsonWriter json, ReportMethod method)
    {
        json.WriteString("key", method.Key);
        json.WriteString("name", method.Name);
        json.WriteNumber("project", method.Project);
        WritePlace(json, method.Place);
        Each(
            json,
            "sites",
            method.Sites,
            static (json, site) =>
            {
                json.WriteString("name", site.Name);
                Optional(json, "library", site.Library);
                Optional(json, "statement", site.Statement);
                json.WriteString("code", site.Code);
                WritePlace(json, site.Place);
                Optional(json, "read", site.Read is { } fate ? Words.Of(fate) : null);
                json.WriteBoolean("reads", site.Reads);
                json.WriteBoolean("writes", site.Writes);
                Optional(json, "through", site.Through);
                json.WriteStartArray("calls");
                foreach (var call in site.Calls)
                {
                    json.WriteNumberValue(call);
                }

                json.WriteEndArray();
            }
        );
    }

    private static void WritePlace(Utf8JsonWriter json, ReportPlace place)
    {
        json.WriteString("file", place.File);
        json.WriteNumber("line", place.Line);
        json.WriteNumber("column", place.Column);
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    internal static void Each<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
