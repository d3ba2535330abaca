namespace MonotonicReads.Testing;

/// <summary>The runs of one unit of work: what each did and whether it broke, and whether the runs together can prove anything.</summary>
/// <param name="set">The replicas.</param>
/// <param name="body">The unit of work.</param>
/// <param name="written">What the test wrote; null where it was not asked to.</param>
/// <param name="options">How.</param>
internal sealed class UnitRuns(
    LaggingReplicas set,
    Func<AssignmentRun, Task> body,
    IReadOnlyList<SentStatement>? written,
    AssignmentOptions options
)
{
    private readonly AssignmentReport _report = new(set, written ?? [], options);
    private int _runs;
    private int _draws;

    /// <summary>Runs it once.</summary>
    /// <param name="prefix">What is chosen first.</param>
    /// <param name="like">The run that this one does the same as until it sees something else; null for the first.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Recording> RunAsync(int[] prefix, Recording? like, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var run = new AssignmentRun(++_runs, cancellation);
        var recording = new Recording(prefix) { Advances = options.ReplicasAdvance };
        var thrown = await ThrownByAsync(run, recording, cancellation).ConfigureAwait(false);
        _draws = Math.Max(_draws, recording.Choices.Count(static choice => choice.Kind == Recording.ChoiceKind.Draw));
        var failure = thrown is null && run.Broken is null ? null : new AssignmentFailure(recording, run.Broken, thrown);
        if (WhyUnsound(recording, like) is { } why)
        {
            var alsoFailed = await FailureOfResetAsync(cancellation).ConfigureAwait(false);
            await EndEarlyAsync(alsoFailed is null ? why : $"{why}\n{WhatFailed(alsoFailed)}", failure, _runs - 1).ConfigureAwait(false);
        }

        var answers = like is null && failure is null ? new MomentAnswers(set) : null;
        var lastWrite = recording.Statements.FindLastIndex(static statement => statement.Writes);
        await AskAsync(answers, recording.Statements.Skip(lastWrite + 1)).ConfigureAwait(false);
        if (failure is not null)
        {
            await _report.AddAsync(failure).ConfigureAwait(false);
        }

        if (await FailureOfResetAsync(cancellation).ConfigureAwait(false) is { } notReset)
        {
            await EndEarlyAsync(WhatFailed(notReset), new AssignmentFailure(recording, Broken: null, notReset), _runs)
                .ConfigureAwait(false);
        }

        // What was read before the unit wrote is asked when that is put back.
        await AskAsync(answers, recording.Statements.Take(lastWrite + 1)).ConfigureAwait(false);
        if (answers is not null)
        {
            await CheckAsync(recording, answers).ConfigureAwait(false);
        }

        return recording;
    }

    /// <summary>Puts back what the unit of work writes.</summary>
    public async Task ResetAsync(CancellationToken cancellation)
    {
        if (options.Reset is { } reset)
        {
            var connection = await set.DataSource.Primary.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await reset(connection).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Says what was run, or what broke.</summary>
    public async Task<AssignmentSummary> EndAsync(bool areAll)
    {
        var summary = new AssignmentSummary(_runs, areAll) { Draws = _draws };
        if (!_report.IsEmpty)
        {
            await _report.ThrowAsync(summary, addition: null).ConfigureAwait(false);
        }

        return summary;
    }

    private async Task<Exception?> ThrownByAsync(AssignmentRun run, Recording recording, CancellationToken cancellation)
    {
        using (set.Assigner.Record(recording))
        {
            try
            {
                await body(run).ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception exception) when (TestOutcomes.IsPass(exception))
            {
                return null;
            }
            catch (Exception exception) when (!TestOutcomes.IsSkip(exception))
            {
                // A test framework's assertion, or the unit of work itself, which cannot live with what it saw.
                return exception;
            }
        }
    }

    // What it throws must not hide what the unit of work broke.
    private async Task<Exception?> FailureOfResetAsync(CancellationToken cancellation)
    {
        try
        {
            await ResetAsync(cancellation).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            return exception;
        }
    }

    private static string WhatFailed(Exception reset) =>
        $"AssignmentOptions.Reset failed, so that the next run would find other data: {Asking.OneLine(reset.Message)}";

    private static Task AskAsync(MomentAnswers? answers, IEnumerable<SentStatement> statements) =>
        answers?.AskAsync(statements) ?? Task.CompletedTask;

    private string? WhyUnsound(Recording recording, Recording? like) =>
        options.Reset is null && recording.Statements.Find(static statement => statement.Writes) is { } write
            ? $"The unit of work wrote: {Timeline.Cut(write.Line)}\nIts next run would find other data. Set AssignmentOptions.Reset to "
                + "what puts back what it writes (after each run, and before replicas are held), or to `_ => Task.CompletedTask` where "
                + "nothing needs to be put back."
        : recording.HasLeftovers
            ? "Something that an earlier run of the unit of work began still read or wrote while the next one ran, so that an assignment "
                + "means nothing. Let the unit of work await all that it begins."
        : recording.IsLeftToChance
            ? "The unit of work sent statements at the same time, so that chance decides which of them an assignment is for. Let it await "
                + "one read after the other, or read in one session: then there is one replica to draw."
        : like is not null && !IsAs(like, recording)
            ? "The unit of work did not read in the same order when it was run again, before it saw anything else, so that an assignment "
                + "means nothing. What can be the cause: a cache or a context that outlives a run (make it in the unit of work), time or "
                + "chance in it, or something else that reads on this set meanwhile, as a background service or another test."
        : null;

    // What is chosen is the first, second, ... time: that means the same only where the runs do the same until they see something else.
    private static bool IsAs(Recording like, Recording run)
    {
        for (var i = 0; i < Math.Max(run.Choices.Count, like.Choices.Count); i++)
        {
            if (i >= run.Choices.Count || i >= like.Choices.Count || !IsSame(like, run, i))
            {
                return false;
            }

            if (run.Choices[i].Chosen != like.Choices[i].Chosen)
            {
                return true;
            }
        }

        return true;
    }

    // Also what the choice was for: a run that ended before it sent that has its own exception to tell.
    private static bool IsSame(Recording like, Recording run, int at)
    {
        var (before, now) = (like.Choices[at], run.Choices[at]);
        var (sent, earlier) = (run.FirstAfter(now), like.FirstAfter(before));
        return now.IsSame(before) && (run.HaveMet || like.HaveMet || sent is null || earlier is null || sent == earlier);
    }

    private async Task EndEarlyAsync(string why, AssignmentFailure? failure, int counted)
    {
        if (!_report.IsEmpty)
        {
            var summary = new AssignmentSummary(counted, AreAll: false) { Draws = _draws };
            await _report.ThrowAsync(summary, "It was not run under more of them:\n" + why).ConfigureAwait(false);
        }

        throw new InvalidOperationException(failure is null ? why : $"{why}\n{failure.What}.", failure?.Thrown);
    }

    // A first run that passed, while nothing that another sees can differ, proves nothing.
    private async Task CheckAsync(Recording first, MomentAnswers answers)
    {
        if (first.Statements.Count == 0)
        {
            throw new InvalidOperationException(
                "The unit of work sent nothing over the set's data source, so that the call proves nothing. Does it use set.DataSource, "
                    + "also where a container makes it? Is it awaited? Does a cache answer?"
            );
        }

        if (answers is { First: { } read, Differ: false, IsUnknown: false })
        {
            throw new InvalidOperationException(
                "All replicas answer each read of the unit of work alike, late ones and others, so that the call proves nothing. The first "
                    + $"read:\n  {Timeline.Cut(read)}\n"
                    + (
                        written is null ? "Write what it reads between HoldAsync and this call."
                        : written.Count == 0
                            ? "The write sent nothing over the set's data source. Is it awaited, on the connection that it is given?"
                        : $"The first write:\n  {Timeline.Cut(written[0].Line)}\nDoes it change what the unit reads, also when the test is "
                            + "run again (`total = total + 10`, or set the row up first)? Is its transaction committed?"
                    )
            );
        }

        var merged = await answers.MergedAsync(set.Moments.AreBeforeTheSameWritesAsync).ConfigureAwait(false);
        set.Assigner.Merge(merged);
        first.Merge(merged);
    }
}
