using System.Collections.Immutable;
using System.Text.Json;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Watched;

/// <summary>What the series detector of a running program wrote; of several processes and runs the counts add up.</summary>
internal sealed class RuntimeLog
{
    private const int Version = 1;

    private readonly SortedSet<string> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuntimeSeries> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuntimeSite> _sent = new(StringComparer.Ordinal);

    public ImmutableArray<string> Sources => [.. _sources];

    public IReadOnlyCollection<RuntimeSeries> Series => _series.Values;

    /// <summary>The places that sent statements, whether they formed a series or not.</summary>
    public IReadOnlyCollection<RuntimeSite> Sent => _sent.Values;

    /// <param name="files">Full paths.</param>
    /// <param name="shown">How messages call a path.</param>
    /// <exception cref="CliException">A file is not there, or is none of the detector's.</exception>
    public static RuntimeLog Read(IEnumerable<string> files, Func<string, string> shown)
    {
        var log = new RuntimeLog();
        foreach (var file in files)
        {
            log.Read(file, shown(file));
        }

        return log;
    }

    private void Read(string file, string shown)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw CliException.WrongUsage($"--runtime {shown} cannot be read: {refused.Message}");
        }

        for (var i = 0; i < lines.Length; i++)
        {
            try
            {
                using var line = JsonDocument.Parse(lines[i]);
                Take(line.RootElement);
            }
            catch (Exception wrong)
                when (wrong
                        is JsonException
                            or InvalidOperationException
                            or KeyNotFoundException
                            or FormatException
                            or NotSupportedException
                )
            {
                throw CliException.WrongUsage(
                    wrong is NotSupportedException
                        ? $"{shown}:{i + 1}: {wrong.Message}"
                        : $"{shown}:{i + 1} is no line of the series detector's. --runtime takes the file that its ReportFile names."
                );
            }
        }

        if (lines.Length == 0)
        {
            throw CliException.WrongUsage($"--runtime {shown} is empty: the detector writes when a program that it watches begins.");
        }
    }

    private void Take(JsonElement line)
    {
        if (line.GetProperty("v").GetInt32() != Version)
        {
            throw new NotSupportedException(
                "the line is of another version of the detector. Install the package and the tool in one version."
            );
        }

        switch (line.GetProperty("type").GetString())
        {
            case "start":
                _sources.Add(line.GetProperty("source").GetString()!);
                break;
            case "series":
                TakeSeries(line);
                break;
            case "sent":
                var sent = SiteOf(line);
                _sent[KeyOf(sent)] = sent;
                break;
            // What a later version of the same format adds.
            default:
                break;
        }
    }

    private void TakeSeries(JsonElement line)
    {
        ImmutableArray<RuntimeSite> sites = [.. line.GetProperty("sites").EnumerateArray().Select(SiteOf)];
        var isAfterWrite = line.GetProperty("kind").GetString() == "readAfterWrite";
        var seen = new RuntimeCount(line.GetProperty("count").GetInt64(), line.GetProperty("spread").GetInt64());
        var key = $"{isAfterWrite}\n{string.Join("\n\n", sites.Select(KeyOf))}";
        _series[key] = _series.TryGetValue(key, out var known)
            ? known with
            {
                Seen = new RuntimeCount(known.Seen.Units + seen.Units, known.Seen.Spread + seen.Spread),
            }
            : new RuntimeSeries(isAfterWrite, seen, MeetIn(sites), sites);
    }

    private static string? MeetIn(ImmutableArray<RuntimeSite> sites) =>
        sites.IsEmpty ? null : sites[0].Methods.FirstOrDefault(method => sites.All(site => site.Methods.Contains(method)));

    private static string KeyOf(RuntimeSite site) => site.Way + "\n" + string.Join('\n', site.Methods);

    private static RuntimeSite SiteOf(JsonElement site) =>
        new(
            site.GetProperty("way").GetString()!,
            site.TryGetProperty("statements", out var statements) ? statements.GetInt32() : 1,
            [.. site.GetProperty("methods").EnumerateArray().Select(static method => method.GetString()!)],
            site.TryGetProperty("declares", out var declares) ? declares.GetString() : null
        );
}
