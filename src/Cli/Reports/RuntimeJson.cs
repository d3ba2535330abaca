using System.Text.Json;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports;

/// <summary>What the running program did, as data.</summary>
internal static class RuntimeJson
{
    public static void Write(Utf8JsonWriter json, Report report, RuntimeJoin runtime)
    {
        json.WriteStartArray("sources");
        foreach (var source in runtime.Sources)
        {
            json.WriteStringValue(source);
        }

        json.WriteEndArray();
        if (runtime.Sample is { } sample)
        {
            json.WriteString("sample", sample);
        }

        json.WriteNumber("leftOutLines", runtime.LeftOut);
        json.WriteNumber("confirmed", runtime.Confirmed);
        json.WriteNumber("onlyStatic", runtime.OnlyStatic.Count());
        json.WriteNumber("onlyAtRunTime", runtime.Unforeseen.Length);
        JsonReport.Each(
            json,
            "findings",
            runtime.Findings.Where(static f => f.Seen is not null || f.IsUnsettled),
            (json, finding) =>
            {
                json.WriteString("unit", report.Units[finding.Unit].Id);
                json.WriteString("name", report.Units[finding.Unit].Name);
                json.WriteString("rule", finding.Rule);
                json.WriteString("verdict", VerdictOf(finding));
                WriteSeen(json, finding.Seen);
                if (finding.Because is { } because)
                {
                    json.WriteString("because", because);
                }
            }
        );
        JsonReport.Each(json, "series", runtime.Unforeseen, WriteSeries);
    }

    /// <summary>A verdict as data.</summary>
    public static string VerdictOf(RuntimeFinding finding) => finding.Seen is null ? "only-static" : "confirmed";

    private static void WriteSeries(Utf8JsonWriter json, RuntimeSeries series)
    {
        json.WriteString("kind", series.IsAfterWrite ? "read-after-write" : "several-servers");
        json.WriteString("text", Words.Of(series));
        WriteSeen(json, series.Seen);
        if (series.MeetIn is { } met)
        {
            json.WriteString("meetIn", met);
        }

        JsonReport.Each(
            json,
            "sites",
            series.Sites,
            static (json, site) =>
            {
                json.WriteString("way", site.Way);
                json.WriteNumber("statements", site.Statements);
                if (site.Declares is { } declares)
                {
                    json.WriteString("declares", declares);
                }

                json.WriteStartArray("methods");
                foreach (var frame in site.Frames)
                {
                    json.WriteStringValue(frame.Method);
                }

                json.WriteEndArray();
                json.WriteStartArray("after");
                foreach (var earlier in site.After)
                {
                    json.WriteNumberValue(earlier);
                }

                json.WriteEndArray();
            }
        );
    }

    private static void WriteSeen(Utf8JsonWriter json, RuntimeCount? seen)
    {
        if (seen is not null)
        {
            json.WriteNumber("units", seen.Units);
            json.WriteNumber("spread", seen.Spread);
        }
    }
}
