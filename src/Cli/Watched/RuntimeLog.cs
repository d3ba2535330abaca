using System.Collections.Immutable;
using System.Globalization;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Watched;

/// <summary>What the series detector of a running program wrote; of several processes and runs the counts add up.</summary>
internal sealed class RuntimeLog
{
    /// <summary>A program that watches has the file for moments.</summary>
    private const int MostTries = 20;

    private readonly SortedSet<string> _sources = new(StringComparer.Ordinal);
    private readonly SortedSet<double> _sampleRates = [];
    private readonly SortedSet<string> _cut = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuntimeSeries> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuntimeSite> _sent = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];

    public ImmutableArray<string> Sources => [.. _sources];

    public IReadOnlyCollection<RuntimeSeries> Series => _series.Values;

    /// <summary>The places that sent statements, whether they formed a series or not.</summary>
    public IReadOnlyCollection<RuntimeSite> Sent => _sent.Values;

    /// <summary>Which share of the units of work was watched, in words; null for all of it.</summary>
    public string? Sample =>
        _sampleRates.Count == 0 || _sampleRates.Min >= 1 ? null
        : _sampleRates.Count == 1 ? $"a sample of {Percent(_sampleRates.Min)}"
        : $"samples of {Percent(_sampleRates.Min)} to {Percent(_sampleRates.Max)}";

    /// <summary>Whether the detector left places out that sent statements.</summary>
    public bool IsCut => _cut.Count > 0;

    /// <summary>How many lines are none of the detector's, and were left out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>What is to be said of the files.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

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

        if (log.IsCut)
        {
            log._warnings.Add(
                $"The detector did not keep all that it saw ({string.Join(", ", log._cut)}): what is missing is not counted."
            );
        }

        return log;
    }

    private static string Percent(double rate) => (rate * 100).ToString("0.####", CultureInfo.InvariantCulture) + " %";

    private void Read(string file, string shown)
    {
        var (read, wrong, foreign) = (0, 0, 0);
        var first = 0;
        try
        {
            using var reader = Open(file);
            for (var number = 1; reader.ReadLine() is { } line; number++)
            {
                switch (RuntimeLine.Parse(line))
                {
                    case null when string.IsNullOrWhiteSpace(line):
                        break;
                    case null:
                        wrong++;
                        first = first == 0 ? number : first;
                        break;
                    case { IsOfThisVersion: false }:
                        foreign++;
                        first = first == 0 ? number : first;
                        break;
                    case { } good:
                        read++;
                        Take(good);
                        break;
                }
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw CliException.WrongUsage($"--runtime {shown} cannot be read: {refused.Message}");
        }

        LeftOut += wrong + foreign;
        if (read == 0)
        {
            throw CliException.WrongUsage(
                foreign > 0
                    ? $"{shown}:{first}: the line is of another version of the detector. Install the package and the tool in one version."
                : wrong > 0 ? $"{shown}:{first} is no line of the series detector's. --runtime takes the file that its ReportFile names."
                : $"--runtime {shown} is empty: the detector writes when a program that it watches begins."
            );
        }

        if (wrong + foreign > 0)
        {
            _warnings.Add(
                $"{shown}: {Words.Count(wrong + foreign, "line")} left out, the first at {first}: "
                    + (
                        foreign > 0
                            ? "some are of another version of the detector"
                            : "a program that crashed or a full disk leaves half a line"
                    )
                    + "."
            );
        }
    }

    private static StreamReader Open(string file)
    {
        for (var left = MostTries; ; left--)
        {
            try
            {
                return new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            }
            catch (IOException refused) when (left > 0 && refused is not (FileNotFoundException or DirectoryNotFoundException))
            {
                Thread.Sleep(25);
            }
        }
    }

    private void Take(RuntimeLine line)
    {
        if (line.Source is { } source)
        {
            _sources.Add(source);
            _sampleRates.Add(line.SampleRate);
        }
        else if (line.Series is { } series)
        {
            Take(series);
        }
        else if (line.Sent is { } sent)
        {
            _sent[sent.Key] = sent;
        }
        else if (line.Cut is { } cut)
        {
            _cut.Add(cut);
        }
    }

    private void Take(RuntimeSeries series)
    {
        var key =
            $"{series.IsAfterWrite}\n{string.Join("\n\n", series.Sites.Select(static site => site.Key).Order(StringComparer.Ordinal))}";
        _series[key] = _series.TryGetValue(key, out var known) ? Merged(known, series) : series;
    }

    /// <summary>The same places, in whatever order.</summary>
    private static RuntimeSeries Merged(RuntimeSeries known, RuntimeSeries more)
    {
        var indices = known.Sites.Select(static site => site.Key).ToList();
        var found = more.Sites.Select(site => indices.IndexOf(site.Key)).ToList();
        var sites = known.Sites.ToBuilder();
        for (var i = 0; i < found.Count; i++)
        {
            var site = sites[found[i]];
            sites[found[i]] = site with
            {
                Statements = Math.Max(site.Statements, more.Sites[i].Statements),
                After = [.. site.After.Union(more.Sites[i].After.Select(earlier => found[earlier])).Order()],
            };
        }

        return known with
        {
            Seen = new RuntimeCount(known.Seen.Units + more.Seen.Units, known.Seen.Spread + more.Seen.Spread),
            Sites = sites.ToImmutable(),
        };
    }
}
