using System.Globalization;

namespace MonotonicReads.Consistency;

/// <summary>What a run is asked to do.</summary>
internal sealed record RunOptions(int Seconds, int Seed)
{
    public const string Help = """
        usage: tests/Consistency [SECONDS] [SEED] [options]

          SECONDS          how long sessions run under faults, servers' start and end not counted; 75 if not given
          SEED             of all choices: the faults' order, and what each worker does; 1 if not given
          --only A,B       these faults alone; 'calm' is one
          --no-controls    without the clients that are wrong on purpose
          --mysql          on the newest MySQL that tests/run.sh unpacks, instead of MariaDB
          --soak           steady load in calm, with a line of memory and connections each minute
          --output DIR     where history, summary and drawings go; a new directory under the temp path if not given

        Exits with 1 where a promise was broken or a control was missed.
        """;

    public IReadOnlyList<string> Only { get; init; } = [];

    public bool HasControls { get; init; } = true;

    public bool IsMySql { get; init; }

    public bool IsSoak { get; init; }

    public string Output { get; init; } = Path.Combine(Path.GetTempPath(), $"mr-consistency-{Environment.ProcessId}");

    /// <summary>Reads the command line; null where it is not understood.</summary>
    public static RunOptions? Parse(IReadOnlyList<string> arguments)
    {
        var numbers = new List<int>();
        var options = new RunOptions(75, 1);
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--only" when i + 1 < arguments.Count:
                    options = options with { Only = arguments[++i].Split(',') };
                    break;
                case "--output" when i + 1 < arguments.Count:
                    options = options with { Output = arguments[++i] };
                    break;
                case "--no-controls":
                    options = options with { HasControls = false };
                    break;
                case "--mysql":
                    options = options with { IsMySql = true };
                    break;
                case "--soak":
                    options = options with { IsSoak = true };
                    break;
                case var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                    numbers.Add(number);
                    break;
                default:
                    return null;
            }
        }

        var unknown = options.Only.Except(Faults.FaultCatalogue.All.Select(fault => fault.Name)).Any();
        return unknown || numbers.Count > 2
            ? null
            : options with
            {
                Seconds = numbers.Count > 0 ? numbers[0] : options.Seconds,
                Seed = numbers.Count > 1 ? numbers[1] : options.Seed,
            };
    }
}
