using System.Text.Json;

namespace MonotonicReads.Benchmarks.Peers.Results;

/// <summary>What a run has measured, as the file holds it and the tables tell it.</summary>
/// <param name="Date">Its day.</param>
/// <param name="Command">How it is run again.</param>
/// <param name="Machine">On how many processors, and with which servers and runtime.</param>
/// <param name="Packages">The peers' packages and their versions.</param>
/// <param name="Peers">In the order of the tables.</param>
internal sealed record Comparison(
    DateOnly Date,
    string Command,
    string Machine,
    IReadOnlyList<string> Packages,
    IReadOnlyList<PeerResult> Peers
)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static Comparison Load(string file) =>
        JsonSerializer.Deserialize<Comparison>(File.ReadAllText(file), Indented)
        ?? throw new InvalidDataException($"{file} holds no results.");

    public void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Indented) + "\n");
}

/// <summary>What is known of one peer; null where that part was not measured.</summary>
internal sealed record PeerResult(
    string Key,
    string Name,
    int Lines,
    SeenResult? Seen = null,
    IReadOnlyList<FastResult>? Fast = null,
    KilledResult? Killed = null
)
{
    /// <summary>This, and what an earlier run knows of the parts that this one has not measured.</summary>
    public PeerResult Over(PeerResult? earlier) =>
        this with
        {
            Seen = Seen ?? earlier?.Seen,
            Fast = Fast ?? earlier?.Fast,
            Killed = Killed ?? earlier?.Killed,
        };
}

/// <summary>What visitors saw. Each visit reads back what it wrote in three requests.</summary>
internal sealed record SeenResult(
    int Pages,
    int Backwards,
    int Visits,
    int MissedInSameRequest,
    int MissedInNextRequest,
    int MissedLater,
    double OnPrimary
);

/// <summary>The time of a page at so many at once, as a ratio to plain: the median of the turns and their quartiles.</summary>
internal sealed record FastResult(int Concurrency, double Microseconds, double Ratio, double LowerQuartile, double UpperQuartile);

internal sealed record KilledResult(FaultResult ReplicaDies, FaultResult PrimaryStops);

/// <summary>What callers saw after a fault.</summary>
/// <param name="Pages">How many pages were asked for.</param>
/// <param name="Failed">How many threw.</param>
/// <param name="Backwards">How many ran backwards.</param>
/// <param name="LongestMilliseconds">The page that took longest, also one that threw.</param>
/// <param name="LastFailureSeconds">How long after the fault the last page threw; null where none did.</param>
/// <param name="Exceptions">What was thrown, by how often.</param>
internal sealed record FaultResult(
    int Pages,
    int Failed,
    int Backwards,
    double LongestMilliseconds,
    double? LastFailureSeconds,
    IReadOnlyDictionary<string, int> Exceptions
);
