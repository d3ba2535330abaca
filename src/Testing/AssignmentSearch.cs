using System.Globalization;

namespace MonotonicReads.Testing;

/// <summary>
/// Runs a unit of work under one assignment after the other. The first run sees the present alone; whatever choice a run had makes further
/// runs, each with another moment there. So a run that reads more or less than the first, because of what it saw, is no special case.
/// </summary>
/// <param name="set">The replicas.</param>
/// <param name="assigner">Draws them.</param>
/// <param name="written">What was written between the moments.</param>
/// <param name="options">The bound.</param>
internal sealed class AssignmentSearch(LaggingReplicas set, Assigner assigner, List<SentStatement> written, AssignmentOptions options)
{
    private readonly List<AssignmentFailure> _failures = [];
    private int _runs;

    public async Task<AssignmentSummary> RunAsync(Func<AssignmentRun, Task> body)
    {
        Check();
        var first = await RunAsync(body, [], parent: null).ConfigureAwait(false);
        var areAll = true;
        var waiting = new Queue<(int[] Prefix, Recording Parent)>();
        Enqueue(waiting, first);
        if (Count(first) > options.MaxAssignments)
        {
            areAll = false;
            waiting.Clear();
            await RunPairsAsync(body, first).ConfigureAwait(false);
        }

        while (waiting.TryDequeue(out var next))
        {
            if (_runs >= options.MaxAssignments)
            {
                // Runs that saw the past had more choices than the first.
                areAll = false;
                await RunPairsAsync(body, next.Parent).ConfigureAwait(false);
                break;
            }

            Enqueue(waiting, await RunAsync(body, next.Prefix, next.Parent).ConfigureAwait(false));
        }

        var summary = new AssignmentSummary(_runs, areAll);
        if (_failures.Count > 0)
        {
            await FailAsync(summary).ConfigureAwait(false);
        }

        return summary;
    }

    private void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAssignments, 1, nameof(options.MaxAssignments));
        if (ReadSession.Current is { } session)
        {
            throw new InvalidOperationException(
                $"Read session {session.Id} runs around ForEachAssignmentAsync, so that all runs would read where the first one did. Begin "
                    + "sessions inside the unit of work."
            );
        }

        var shown = set.All.Where(static replica => !replica.IsKilled).Select(static replica => replica.Held?.Number).Distinct().ToList();
        if (shown.Count < 2)
        {
            throw new InvalidOperationException(
                "All replicas show the same, so that there is nothing to assign. Call HoldAsync on one and write, or hand the write to "
                    + "ForEachAssignmentAsync; with one replica alone there is no second moment: give the set two."
            );
        }
    }

    private async Task<Recording> RunAsync(Func<AssignmentRun, Task> body, int[] prefix, Recording? parent)
    {
        var run = new AssignmentRun(++_runs);
        Exception? thrown = null;
        Recording recording;
        using (assigner.Record(out recording, prefix))
        {
            try
            {
                await body(run).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw;
            }
            catch (Exception exception)
            {
                // A test framework's assertion, or the unit of work itself, which cannot live with what it saw.
                thrown = exception;
            }
        }

        CheckSameOrder(recording, parent);
        if (thrown is not null || run.Broken is not null)
        {
            _failures.Add(new AssignmentFailure(recording, run.Broken, thrown));
        }

        return recording;
    }

    // What is assigned is the first, second, ... draw: it means the same only where the runs do the same until they see something else.
    private static void CheckSameOrder(Recording run, Recording? parent)
    {
        for (var i = 0; i < run.Prefix.Length && parent is not null; i++)
        {
            if (!IsSame(run, parent, i))
            {
                throw new InvalidOperationException(
                    "The unit of work did not read in the same order when it was run again, before it saw anything else: with reads at the "
                        + "same time, time or chance in it an assignment means nothing. Let it await one read after the other."
                );
            }

            if (run.Prefix[i] != parent.Choices[i].Chosen)
            {
                return;
            }
        }
    }

    // Also what the draw was for: a run that ended before it sent that has its own exception to tell.
    private static bool IsSame(Recording run, Recording parent, int draw)
    {
        if (draw >= run.Choices.Count || draw >= parent.Choices.Count)
        {
            return false;
        }

        var (now, before) = (run.Choices[draw], parent.Choices[draw]);
        return now == before with { Chosen = run.Prefix[draw] }
            && (run.FirstAfter(now) is not { } sent || parent.FirstAfter(before) is not { } earlier || sent == earlier);
    }

    private static void Enqueue(Queue<(int[], Recording)> waiting, Recording run)
    {
        for (var i = run.Prefix.Length; i < run.Choices.Count; i++)
        {
            for (var other = 1; other < run.Choices[i].Options; other++)
            {
                waiting.Enqueue(([.. run.Choices.Take(i).Select(static choice => choice.Chosen), other], run));
            }
        }
    }

    private static double Count(Recording run) => run.Choices.Aggregate(1.0, static (product, choice) => product * choice.Options);

    // Two draws differ in a bit of their numbers: by it, and by its opposite, each pair of moments comes to them. Then each single change.
    private async Task RunPairsAsync(Func<AssignmentRun, Task> body, Recording of)
    {
        var moments = of.Choices.Max(static choice => choice.Options);
        var draws = of.Choices.Count;
        foreach (var prefix in Pairs(draws, moments).Concat(SingleChanges(draws, moments)))
        {
            await RunAsync(body, prefix, parent: null).ConfigureAwait(false);
        }
    }

    internal static IEnumerable<int[]> Pairs(int draws, int moments)
    {
        var bits = (int)Math.Ceiling(Math.Log2(Math.Max(2, draws)));
        for (var one = 0; one < moments; one++)
        {
            yield return [.. Enumerable.Repeat(one, draws)];
            for (var other = 0; other < moments; other++)
            {
                for (var bit = 0; bit < bits && other != one; bit++)
                {
                    yield return [.. Enumerable.Range(0, draws).Select(draw => (draw >> bit & 1) == 0 ? one : other)];
                }
            }
        }
    }

    private static IEnumerable<int[]> SingleChanges(int draws, int moments) =>
        from until in Enumerable.Range(1, draws - 1)
        from one in Enumerable.Range(0, moments)
        from other in Enumerable.Range(0, moments)
        where one != other
        select Enumerable.Range(0, draws).Select(draw => draw < until ? one : other).ToArray();

    private async Task FailAsync(AssignmentSummary summary)
    {
        var shortest = _failures.MinBy(static failure => failure.Length)!;
        var reads = new List<AssignedRead>();
        foreach (var statement in shortest.Run.Statements)
        {
            reads.Add(await AssignedRead.OfAsync(set, statement).ConfigureAwait(false));
        }

        var timeline = new Timeline(set, written, reads);
        var svg = TimelineDrawing.Of(timeline, shortest.What);
        if (options.SvgFile is { } file)
        {
            await File.WriteAllTextAsync(file, svg).ConfigureAwait(false);
        }

        throw new AssignmentException(MessageOf(shortest, timeline, summary), svg, _failures.Count, summary, shortest.Thrown);
    }

    private string MessageOf(AssignmentFailure shortest, Timeline timeline, AssignmentSummary summary)
    {
        var counted = string.Create(
            CultureInfo.InvariantCulture,
            $"{shortest.What} in {_failures.Count} of {summary.Assignments} assignments of reads to replicas"
        );
        var all = summary.AreAll ? "" : " (not all of them: each two draws with every pair of moments)";
        var hint =
            shortest.IsOfOneMoment ? "It breaks although all its reads see one moment: annotations will not help."
            : _failures.Exists(static failure => !failure.GoesBack)
                ? "[Monotonic] keeps its reads on one replica. It breaks also where no read goes back in time, as when that replica\n"
                    + "applies the write between two reads: [Monotonic(Snapshot = true)] keeps them at one moment."
            : "[Monotonic] keeps its reads on one replica.";
        return $"{counted}{all}. The shortest:\n\n{timeline.Text}\n{hint}";
    }
}
