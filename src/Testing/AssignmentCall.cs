namespace MonotonicReads.Testing;

/// <summary>
/// One call of <see cref="LaggingReplicas.ForEachAssignmentAsync(Func{AssignmentRun, Task})"/>: what is checked before anything is done,
/// then the moments, then the search.
/// </summary>
/// <param name="set">The replicas.</param>
/// <param name="options">How.</param>
internal sealed class AssignmentCall(LaggingReplicas set, AssignmentOptions options)
{
    /// <summary>Runs the unit of work.</summary>
    /// <param name="write">The test's own write; null for none.</param>
    /// <param name="body">The unit of work.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<AssignmentSummary> RunAsync(
        Func<System.Data.Common.DbConnection, Task>? write,
        Func<AssignmentRun, Task> body,
        CancellationToken cancellation
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAssignments, 1, nameof(options.MaxAssignments));
        using var entered = set.Assigner.Enter();
        ThrowIfInSession();
        var writes = write is not null || options.Reset is not null;
        var late = writes && Living.All(static replica => replica.Held is null) ? Living.LastOrDefault() : null;
        ThrowIfNothingDiffers(late, write is not null);
        await new UnitRuns(set, body, written: null, options).ResetAsync(cancellation).ConfigureAwait(false);
        if (late is not null)
        {
            await set.HoldAsync(late.Name, cancellation).ConfigureAwait(false);
        }

        try
        {
            var written = write is null ? null : await WriteAsync(write, cancellation).ConfigureAwait(false);
            return await new AssignmentSearch(new UnitRuns(set, body, written, options), options)
                .RunAsync(cancellation)
                .ConfigureAwait(false);
        }
        finally
        {
            // The unit of work may have killed it.
            if (late is { IsKilled: false })
            {
                late.Advance();
            }
        }
    }

    private IEnumerable<SimulatedReplica> Living => set.All.Where(static replica => !replica.IsKilled);

    private async Task<IReadOnlyList<SentStatement>> WriteAsync(
        Func<System.Data.Common.DbConnection, Task> write,
        CancellationToken cancellation
    )
    {
        var recording = new Recording([]);
        var connection = await set.DataSource.Primary.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        using (set.Assigner.Record(recording))
        {
            await using (connection.ConfigureAwait(false))
            {
                await write(connection).ConfigureAwait(false);
            }
        }

        return recording.Statements;
    }

    private static void ThrowIfInSession()
    {
        if (ReadSession.Current is { } session)
        {
            throw new InvalidOperationException(
                $"Read session {session.Id} runs around ForEachAssignmentAsync, so that all runs would read where the first one did. Begin "
                    + "sessions inside the unit of work."
            );
        }
    }

    // Before anything is held or written: a mistake leaves no trace.
    private void ThrowIfNothingDiffers(SimulatedReplica? late, bool writes)
    {
        var others = Living.Where(replica => replica != late).ToList();
        if (others.Count == 0)
        {
            throw new InvalidOperationException("With one replica alone there is no second moment: give the set two, and keep two alive.");
        }

        if (writes && others.TrueForAll(static replica => replica.Held is not null))
        {
            throw new InvalidOperationException(
                "Each replica is held, so that none would show what is written. Hold all but one, or none: then the last is held."
            );
        }

        if (late is null && others.Select(static replica => replica.Held?.Number).Distinct().Count() < 2)
        {
            throw new InvalidOperationException(
                "All replicas show the same, so that there is nothing to assign. Call HoldAsync on one and write, or hand the write to "
                    + "ForEachAssignmentAsync."
            );
        }
    }
}
