namespace MonotonicReads.Testing;

/// <summary>
/// Runs a unit of work under one assignment after the other. The first run sees the present alone; whatever choice a run had makes further
/// runs, each with another moment there. So a run that reads more or less than the first, because of what it saw, is no special case.
/// </summary>
/// <param name="unit">The unit of work.</param>
/// <param name="options">The bound.</param>
internal sealed class AssignmentSearch(UnitRuns unit, AssignmentOptions options)
{
    private readonly AssignmentRows _rows = new();
    private readonly List<Recording> _runs = [];
    private bool _areAll = true;

    public async Task<AssignmentSummary> RunAsync(CancellationToken cancellation)
    {
        var first = await RunAsync([], cancellation).ConfigureAwait(false);
        var waiting = new Queue<int[]>();
        Enqueue(waiting, first!, from: 0);
        var areTelling = false;
        while (waiting.TryDequeue(out var next))
        {
            // The number of runs to come is known to be too large as soon as that of the choices seen is.
            if (!areTelling && (Count(first!) > options.MaxAssignments || _runs.Count + waiting.Count >= options.MaxAssignments))
            {
                areTelling = true;
                await RunTellingAsync(cancellation).ConfigureAwait(false);
            }

            if ((_rows.Find(next) ?? await RunAsync(next, cancellation).ConfigureAwait(false)) is not { } run)
            {
                break;
            }

            Enqueue(waiting, run, from: next.Length);
        }

        return await unit.EndAsync(_areAll).ConfigureAwait(false);
    }

    /// <summary>The bound, and who ends the search early.</summary>
    /// <returns>Null where nothing is run any more.</returns>
    private async Task<Recording?> RunAsync(int[] prefix, CancellationToken cancellation)
    {
        if (_runs.Count >= options.MaxAssignments)
        {
            _areAll = false;
            return null;
        }

        var run = await unit.RunAsync(prefix, Nearest(prefix), cancellation).ConfigureAwait(false);
        _runs.Add(run);
        _rows.Add(run);
        return run;
    }

    // Runs that saw the past may have more choices than the first: then once more, with those.
    private async Task RunTellingAsync(CancellationToken cancellation)
    {
        for (var choices = 0; choices < _runs.Max(static run => run.Choices.Count); )
        {
            choices = _runs.Max(static run => run.Choices.Count);
            var moments = _runs.Max(static run => run.Choices.Select(static choice => choice.Options).DefaultIfEmpty(0).Max());
            foreach (var row in AssignmentRows.Of(choices, moments))
            {
                if ((_rows.Find(row) ?? await RunAsync(row, cancellation).ConfigureAwait(false)) is null)
                {
                    return;
                }
            }
        }
    }

    // The run that this one does the same as for the longest.
    private Recording? Nearest(int[] prefix) =>
        _runs.MaxBy(run => run.Trail.Zip(prefix).TakeWhile(static pair => pair.First == pair.Second).Count());

    private static void Enqueue(Queue<int[]> waiting, Recording run, int from)
    {
        for (var i = from; i < run.Choices.Count; i++)
        {
            for (var other = 1; other < run.Choices[i].Options; other++)
            {
                waiting.Enqueue([.. run.Trail.Take(i), other]);
            }
        }
    }

    private static double Count(Recording run) => run.Choices.Aggregate(1.0, static (product, choice) => product * choice.Options);
}
