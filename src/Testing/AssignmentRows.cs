namespace MonotonicReads.Testing;

/// <summary>The assignments that are run where all of them are too many, the telling ones first; and which were run already.</summary>
internal sealed class AssignmentRows
{
    private readonly Dictionary<string, Recording> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Recording> _trails = new(StringComparer.Ordinal);

    /// <summary>Takes note of a run.</summary>
    public void Add(Recording run)
    {
        _begun.TryAdd(KeyOf(run.Prefix), run);
        _begun.TryAdd(KeyOf([.. run.Trail]), run);
        _trails.TryAdd(string.Join(',', run.Trail), run);
    }

    /// <summary>The run that was made already with these choices; null where it would be a new one.</summary>
    public Recording? Find(int[] row) =>
        _begun.GetValueOrDefault(KeyOf(row))
        ?? Enumerable
            .Range(0, row.Length)
            .Select(length => _trails.GetValueOrDefault(string.Join(',', row.Take(length))))
            .FirstOrDefault(static run => run is not null);

    /// <summary>The telling ones for so many choices.</summary>
    public static IEnumerable<int[]> Of(int choices, int moments) => Pairs(choices, moments).Concat(SingleChanges(choices, moments));

    /// <summary>Two choices differ in a bit of their numbers: by it, and by its opposite, each pair of moments comes to them.</summary>
    internal static IEnumerable<int[]> Pairs(int choices, int moments)
    {
        var bits = (int)Math.Ceiling(Math.Log2(Math.Max(2, choices)));
        for (var one = 0; one < moments; one++)
        {
            yield return [.. Enumerable.Repeat(one, choices)];
            for (var other = 0; other < moments; other++)
            {
                for (var bit = 0; bit < bits && other != one; bit++)
                {
                    yield return [.. Enumerable.Range(0, choices).Select(choice => (choice >> bit & 1) == 0 ? one : other)];
                }
            }
        }
    }

    private static IEnumerable<int[]> SingleChanges(int choices, int moments) =>
        from until in Enumerable.Range(1, Math.Max(0, choices - 1))
        from one in Enumerable.Range(0, moments)
        from other in Enumerable.Range(0, moments)
        where one != other
        select Enumerable.Range(0, choices).Select(choice => choice < until ? one : other).ToArray();

    // What is not said is the present: a run that was begun so ends so.
    private static string KeyOf(int[] row) => string.Join(',', row.Take(Array.FindLastIndex(row, static chosen => chosen != 0) + 1));
}
