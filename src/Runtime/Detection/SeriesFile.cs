using System.Text.Encodings.Web;
using System.Text.Json;
using MonotonicReads.Observability;

namespace MonotonicReads.Detection;

/// <summary>
/// The file that the command line joins with the findings: one JSON object a line, appended, so that several processes may have one file.
/// Counts of lines about the same add up. Its shape is in docs/reports.md.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="reports">Told where it cannot be written.</param>
internal sealed class SeriesFile(string path, RoutingReports reports)
{
    public const int Version = 1;

    private const int MostLines = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<byte[]> _lines = [];
    private bool _isTold;

    public bool HasLines
    {
        get
        {
            lock (_lines)
            {
                return _lines.Count > 0;
            }
        }
    }

    /// <summary>Who writes from now on.</summary>
    /// <param name="source">The data source's name.</param>
    /// <param name="routesStatements">Whether each statement of a connection may be sent elsewhere.</param>
    /// <param name="sampleRate">Which share of the units is watched.</param>
    /// <param name="now">The time.</param>
    public void Begin(string source, bool routesStatements, double sampleRate, DateTimeOffset now) =>
        Add(
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

    public void Add(FoundSeries series, long count, long spread) =>
        Add(
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
                    WriteSite(json, site.Callers, site.Way);
                    json.WriteNumber("statements", site.Statements);
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

    public void Add(SentFrom sent, long count) =>
        Add(
            "sent",
            json =>
            {
                json.WriteNumber("count", count);
                WriteSite(json, sent.Callers, sent.Way);
            }
        );

    /// <summary>Appends what waits; keeps it for the next time where another process has the file.</summary>
    public void Write() => Append(tries: 5);

    /// <summary>Appends what waits, and waits longer itself.</summary>
    public void End() => Append(tries: 100);

    private static void WriteSite(Utf8JsonWriter json, CallingMethods callers, string way)
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
    }

    private void Add(string type, Action<Utf8JsonWriter> write)
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
        lock (_lines)
        {
            if (_lines.Count < MostLines)
            {
                _lines.Add(line.ToArray());
            }
        }
    }

    private void Append(int tries)
    {
        // Two threads of one process would find it taken by one another.
        lock (this)
        {
            byte[] text;
            int count;
            lock (_lines)
            {
                text = [.. _lines.SelectMany(static line => line)];
                count = _lines.Count;
            }

            if (count > 0 && TryAppend(text, tries))
            {
                lock (_lines)
                {
                    _lines.RemoveRange(0, count);
                }
            }
        }
    }

    private bool TryAppend(byte[] text, int tries)
    {
        for (var left = tries - 1; ; left--)
        {
            try
            {
                // Alone: the end of the file that was found is its end until the text is there.
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
                file.Write(text);
                return true;
            }
            catch (IOException) when (left > 0 && File.Exists(path))
            {
                Thread.Sleep(Pause);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                if (!_isTold)
                {
                    _isTold = true;
                    reports.SeriesFileRefused(path, exception);
                }

                return false;
            }
        }
    }
}
