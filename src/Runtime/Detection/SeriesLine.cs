using System.Text.Encodings.Web;
using System.Text.Json;

namespace MonotonicReads.Detection;

/// <summary>The lines of the file that the command line joins with the findings. Their shape is in docs/reports.md.</summary>
internal static class SeriesLine
{
    public const int Version = 1;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Who writes from now on.</summary>
    public static byte[] Start(string source, bool routesStatements, double sampleRate, DateTimeOffset now) =>
        Of(
            "start",
            json =>
            {
                json.WriteString("source", source);
                json.WriteString("routing", routesStatements ? "statement" : "connection");
                json.WriteNumber("sampleRate", sampleRate);
                json.WriteNumber("process", Environment.ProcessId);
                json.WriteString("time", now);
            }
        );

    public static byte[] Of(FoundSeries series, long count, long spread) =>
        Of(
            "series",
            json =>
            {
                json.WriteString("kind", series.Kind == ReadSeriesKind.ReadAfterWrite ? "readAfterWrite" : "severalServers");
                json.WriteString("unit", JsonNamingPolicy.CamelCase.ConvertName(series.Unit.ToString()));
                json.WriteNumber("count", count);
                json.WriteNumber("spread", spread);
                json.WriteStartArray("sites");
                foreach (var site in series.Sites)
                {
                    json.WriteStartObject();
                    WritePlace(json, site.Callers, site.Way);
                    json.WriteNumber("statements", site.Statements);
                    json.WriteNumber("faults", site.Faults);
                    if (site.After.Count > 0)
                    {
                        json.WriteStartArray("after");
                        foreach (var earlier in site.After)
                        {
                            json.WriteNumberValue(earlier);
                        }

                        json.WriteEndArray();
                    }

                    json.WriteStartArray("servers");
                    foreach (var server in site.Servers)
                    {
                        json.WriteStringValue(server);
                    }

                    json.WriteEndArray();
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    public static byte[] Of(SentFrom sent, long count) =>
        Of(
            "sent",
            json =>
            {
                json.WriteNumber("count", count);
                WritePlace(json, sent.Callers, sent.Way);
            }
        );

    /// <summary>Not all is told.</summary>
    /// <param name="what">The type of the lines that are left out.</param>
    public static byte[] Cut(string what) => Of("cut", json => json.WriteString("what", what));

    private static void WritePlace(Utf8JsonWriter json, CallingMethods callers, string way)
    {
        json.WriteString("way", way);
        if (callers.Declares is { } level)
        {
            json.WriteString("declares", level);
        }

        json.WriteStartArray("methods");
        foreach (var method in callers.Methods)
        {
            json.WriteStringValue(method.Id);
        }

        json.WriteEndArray();
        if (callers.Methods.Any(static method => method.At is not null))
        {
            json.WriteStartArray("at");
            foreach (var method in callers.Methods)
            {
                json.WriteStringValue(method.At);
            }

            json.WriteEndArray();
        }
    }

    private static byte[] Of(string type, Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteString("type", type);
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
