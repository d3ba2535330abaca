using System.Globalization;

namespace MonotonicReads.Benchmarks.Peers;

/// <summary>What stands behind <c>peers</c> on the command line.</summary>
/// <param name="IsShort">A look, in two or three minutes: few turns, few visits.</param>
/// <param name="Parts">What is measured.</param>
/// <param name="Only">The keys of the peers that are measured; null is all.</param>
/// <param name="Save">The file that the results go to.</param>
/// <param name="From">The file of an earlier run, whose results stay where nothing is measured anew.</param>
/// <param name="Delays">How many seconds late each replica is where it is told what is seen; null is 0, 1 and 3.</param>
/// <param name="Write">Whether the tables of docs/comparison.md are written.</param>
internal sealed record PeerOptions(
    bool IsShort,
    IReadOnlyList<string> Parts,
    IReadOnlyList<string>? Only,
    string? Save,
    string? From,
    IReadOnlyList<int>? Delays,
    bool Write
)
{
    public const string Seen = "seen";
    public const string Fast = "fast";
    public const string Killed = "killed";

#if ALL_PEERS
    private const string Program = "dotnet run -c Release -p:AllPeers=true --project tests/Benchmarks -- peers";
#else
    private const string Program = "dotnet run -c Release --project tests/Benchmarks -- peers";
#endif

    private static readonly string[] AllParts = [Seen, Fast, Killed];

    /// <summary>How it is run again, wherever its files lay.</summary>
    public string Command =>
        Program
        + (IsShort ? " --short" : "")
        + (Parts.Count < AllParts.Length ? $" --part {string.Join(',', Parts)}" : "")
        + (Only is null ? "" : $" --only {string.Join(',', Only)}")
        + (Delays is null ? "" : $" --delays {string.Join(',', Delays)}");

    /// <summary>Reads a command line.</summary>
    /// <param name="args">What stands behind <c>peers</c>.</param>
    /// <param name="keys">The peers that there are.</param>
    /// <exception cref="PeerOptionsException">It cannot be read; the message says what can.</exception>
    public static PeerOptions Parse(IReadOnlyList<string> args, IReadOnlyCollection<string> keys)
    {
        var options = new PeerOptions(IsShort: false, [], Only: null, Save: null, From: null, Delays: null, Write: false);
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--short" => options with { IsShort = true },
                "--write" => options with { Write = true },
                "--part" => options with { Parts = [.. options.Parts, .. Known(Value(), AllParts, "part")] },
                "--only" => options with { Only = [.. options.Only ?? [], .. Known(Value(), keys, "peer")] },
                "--delays" => options with { Delays = ThreeDelays(Value()) },
                "--save" => options with { Save = Value() },
                "--from" => options with { From = Value() },
                var other => throw new PeerOptionsException(
                    $"There is no option '{other}'. Known are --short, --part PART,..., --only PEER,..., --delays 0,1,3, --save FILE, --from FILE and --write."
                ),
            };

            string Value() =>
                i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)
                    ? args[++i]
                    : throw new PeerOptionsException($"The option {args[i]} needs a value.");
        }

        if (
            options.Write
            && (
                options.IsShort
                || options.Delays is not null
                || (options.From is null && (options.Only is not null || options.Parts.Count > 0))
            )
        )
        {
            throw new PeerOptionsException(
                "The page is written from a whole run: --write goes with --part and --only where --from names an earlier one, and never with --short or --delays."
            );
        }

        // With an earlier run at hand nothing is measured but what is named.
        return options is { Parts.Count: 0, From: null } ? options with { Parts = AllParts } : options;
    }

    private static int[] ThreeDelays(string list)
    {
        var delays = list.Split(',').Select(static text => int.TryParse(text, NumberStyles.None, null, out var seconds) ? seconds : -1);
        return delays.ToArray() is { Length: 3 } three && !three.Contains(-1)
            ? three
            : throw new PeerOptionsException($"'{list}' is not three numbers of whole seconds, such as 0,1,3.");
    }

    private static string[] Known(string list, IReadOnlyCollection<string> known, string what)
    {
        var names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = names.FirstOrDefault(name => !known.Contains(name));
        return unknown is null
            ? names
            : throw new PeerOptionsException($"There is no {what} '{unknown}'. Name some of: {string.Join(", ", known)}.");
    }
}

internal sealed class PeerOptionsException(string message) : Exception(message);
