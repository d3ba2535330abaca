using System.Collections.Immutable;
using System.Text.Json;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Watched;

/// <summary>One line of what the series detector wrote.</summary>
internal sealed record RuntimeLine
{
    private const int Version = 1;

    /// <summary>Whether it is to be understood.</summary>
    public bool IsOfThisVersion { get; private init; } = true;

    /// <summary>The data source that began to be watched; null for another line.</summary>
    public string? Source { get; private init; }

    /// <summary>Which share of its units of work is watched.</summary>
    public double SampleRate { get; private init; } = 1;

    public RuntimeSeries? Series { get; private init; }

    /// <summary>A place that sent statements, whether they formed a series or not.</summary>
    public RuntimeSite? Sent { get; private init; }

    /// <summary>What the detector did not keep all of.</summary>
    public string? Cut { get; private init; }

    /// <summary>Null for what is no line of the detector's, such as half a one.</summary>
    public static RuntimeLine? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return Of(json.RootElement);
        }
        catch (Exception wrong)
            when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException
            )
        {
            return null;
        }
    }

    private static RuntimeLine Of(JsonElement line)
    {
        if (line.GetProperty("v").GetInt32() != Version)
        {
            return new RuntimeLine { IsOfThisVersion = false };
        }

        return Text(line, "type") switch
        {
            "start" => new RuntimeLine
            {
                Source = Text(line, "source"),
                SampleRate = line.TryGetProperty("sampleRate", out var rate) ? rate.GetDouble() : 1,
            },
            "series" => new RuntimeLine { Series = SeriesOf(line) },
            "sent" => new RuntimeLine { Sent = SiteOf(line, 0) },
            "cut" => new RuntimeLine { Cut = Text(line, "what") },
            // What a later version of the same format adds.
            _ => new RuntimeLine(),
        };
    }

    private static RuntimeSeries SeriesOf(JsonElement line)
    {
        var sites = line.GetProperty("sites");
        ImmutableArray<RuntimeSite> all = [.. sites.EnumerateArray().Select(site => SiteOf(site, sites.GetArrayLength()))];
        if (all.Select(static site => site.Key).Distinct(StringComparer.Ordinal).Count() < all.Length)
        {
            throw new FormatException("A place is there twice.");
        }

        return new RuntimeSeries(
            Text(line, "kind") == "readAfterWrite",
            new RuntimeCount(line.GetProperty("count").GetInt64(), line.GetProperty("spread").GetInt64()),
            MeetIn(all),
            all
        );
    }

    private static string? MeetIn(ImmutableArray<RuntimeSite> sites) =>
        sites.IsEmpty ? null : sites[0].Frames.FirstOrDefault(frame => sites.All(site => site.Frames.Contains(frame)))?.Method;

    private static RuntimeSite SiteOf(JsonElement site, int sites)
    {
        var at = site.TryGetProperty("at", out var places) ? places : default;
        ImmutableArray<int> after = site.TryGetProperty("after", out var earlier)
            ? [.. earlier.EnumerateArray().Select(static index => index.GetInt32())]
            : [];
        if (after.Any(index => index < 0 || index >= sites))
        {
            throw new FormatException("A place is not there.");
        }

        return new RuntimeSite(
            Text(site, "way"),
            site.TryGetProperty("statements", out var statements) ? statements.GetInt32() : 1,
            [
                .. site.GetProperty("methods")
                    .EnumerateArray()
                    .Select(
                        (method, i) =>
                            new RuntimeFrame(
                                method.GetString() ?? throw new FormatException("A method has no name."),
                                at.ValueKind == JsonValueKind.Array ? at[i].GetString() : null
                            )
                    ),
            ],
            site.TryGetProperty("declares", out var declares) ? declares.GetString() : null,
            after
        );
    }

    private static string Text(JsonElement line, string member) =>
        line.GetProperty(member).GetString() ?? throw new FormatException($"{member} is null.");
}
