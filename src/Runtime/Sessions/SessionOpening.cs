namespace MonotonicReads.Sessions;

/// <summary>Begins sessions, joins the running one, and goes on with one from elsewhere.</summary>
internal static class SessionOpening
{
    /// <inheritdoc cref="ReadSession.Begin(ReadConsistency, ReadSessionOptions)"/>
    public static ReadSession Begin(ReadConsistency consistency, SessionPolicy? policy, Guid? id, SeriesRun? run = null)
    {
        if (consistency == ReadConsistency.Eventual || !Enum.IsDefined(consistency))
        {
            throw Unavailable(consistency);
        }

        var current = AmbientSession.Live;
        return current is null || (id is { } other && !current.Has(other))
            ? AmbientSession.Enter(New(current, consistency, policy ?? SessionPolicy.Default, id, run))
            : Join(current, consistency, policy);
    }

    /// <inheritdoc cref="ReadSession.Resume(string, ReadConsistency, ReadSessionOptions, SessionTokenOptions)"/>
    public static ReadSession Resume(SessionToken resumed, ReadConsistency atLeast, ReadSessionOptions policies)
    {
        if (atLeast is ReadConsistency.Eventual or ReadConsistency.Snapshot || !Enum.IsDefined(atLeast))
        {
            throw Unavailable(atLeast);
        }

        return Resume(new SessionCarried(resumed), LevelStrength.Stronger(resumed.Consistency, atLeast), policies);
    }

    /// <summary>Goes on with a session at the level that is asked for now, whatever it was before.</summary>
    /// <param name="carried">What it went on from.</param>
    /// <param name="level">The level.</param>
    /// <param name="policies">The policies.</param>
    public static ReadSession Resume(SessionCarried carried, ReadConsistency level, ReadSessionOptions policies) =>
        AmbientSession.Enter(Apart(carried, level, policies, AmbientSession.Live));

    /// <summary>The same; whoever has it enters it.</summary>
    /// <param name="carried">What it went on from.</param>
    /// <param name="level">The level.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="outer">The session that it shadows.</param>
    /// <param name="returnsFromPrimary">Whether a read on the primary binds it there only until a replica has what it saw.</param>
    public static ReadSession Apart(
        SessionCarried carried,
        ReadConsistency level,
        ReadSessionOptions policies,
        ReadSession? outer = null,
        bool returnsFromPrimary = false
    ) =>
        new(null, outer, level, SessionPolicy.Of(policies) with { Reads = 0 })
        {
            GivenId = carried.Token?.SessionId,
            ExtrasIfAny = SessionExtras.Of(moments: MomentsOf(level), carried: carried),
            ReturnsFromPrimary = returnsFromPrimary,
        };

    private static PrimaryMoments? MomentsOf(ReadConsistency level) => level == ReadConsistency.Global ? new PrimaryMoments() : null;

    private static ReadSession New(ReadSession? outer, ReadConsistency consistency, SessionPolicy policy, Guid? id, SeriesRun? run) =>
        consistency == ReadConsistency.Snapshot
            ? new ReadSession(null, outer, consistency, policy)
            {
                GivenId = id,
                ExtrasIfAny = SessionExtras.Of(new SnapshotScope { Bound = policy.MaxStaleness }, run: run),
                OwnsSnapshot = true,
            }
            : new ReadSession(null, outer, consistency, policy)
            {
                GivenId = id,
                ExtrasIfAny = SessionExtras.Of(moments: MomentsOf(consistency), run: run),
                Plan = SeriesPlan.Of(policy.Reads),
            };

    private static ReadSession Join(ReadSession current, ReadConsistency consistency, SessionPolicy? policy)
    {
        // A second moment of the same level is a later one, too.
        if (current.Snapshot is not null && (consistency.IsStrongerThan(current.Consistency) || consistency == ReadConsistency.Global))
        {
            throw new InvalidOperationException(
                $"A snapshot shows one moment, and ReadConsistency.{consistency} inside it would show a later one. Begin the "
                    + $"{consistency} session outside, and the snapshot in it."
            );
        }

        var stricter = policy is null ? current.Policies : current.Policies.And(policy);
        if (consistency == ReadConsistency.Snapshot && current.Snapshot is null)
        {
            return AmbientSession.Enter(WithSnapshot(current, stricter));
        }

        // Each call has a moment of its own.
        var isNewMoment = consistency == ReadConsistency.Global && current.Consistency != ReadConsistency.Primary;
        var plan = PlanOf(current, policy);
        var isSame = !consistency.IsStrongerThan(current.Consistency) && !isNewMoment && stricter == current.Policies;
        if (isSame && ReferenceEquals(plan, current.Plan))
        {
            return current.Joined;
        }

        return AmbientSession.Enter(
            new ReadSession(current.Root, current, LevelStrength.Stronger(consistency, current.Consistency), stricter)
            {
                ExtrasIfAny = SessionExtras.Of(current.Snapshot, isNewMoment ? new PrimaryMoments() : current.Moments),
                Plan = plan,
            }
        );
    }

    // A call inside a planned one is part of it, until that has read what it said. A snapshot has its one connection anyhow.
    private static SeriesPlan? PlanOf(ReadSession current, SessionPolicy? policy) =>
        current.Plan is { IsAtEnd: false } || current.Snapshot is not null || policy is null
            ? current.Plan
            : SeriesPlan.Of(policy.Reads) ?? current.Plan;

    // A handle whose reads show one moment; at the session's own level, so that they contain what it wrote where that is causal.
    private static ReadSession WithSnapshot(ReadSession current, SessionPolicy policy)
    {
        var scope = new SnapshotScope { Bound = policy.MaxStaleness };
        current.Root.Own(scope);
        return new ReadSession(current.Root, current, LevelStrength.Stronger(current.Consistency, ReadConsistency.Snapshot), policy)
        {
            ExtrasIfAny = SessionExtras.Of(scope, current.Moments),
            OwnsSnapshot = true,
        };
    }

    private static ArgumentException Unavailable(ReadConsistency consistency) =>
        consistency switch
        {
            ReadConsistency.Eventual => new ArgumentException(
                "Eventual reads need no session: ReadConsistency.Eventual opens no session. Read without one.",
                nameof(consistency)
            ),
            ReadConsistency.Snapshot => new ArgumentException(
                "A snapshot ends with its session, so that none can be resumed. Resume at ReadConsistency.Monotonic, and begin a "
                    + "snapshot inside.",
                nameof(consistency)
            ),
            _ => new ArgumentOutOfRangeException(nameof(consistency), consistency, "No value of ReadConsistency."),
        };
}
