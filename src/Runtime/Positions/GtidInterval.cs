namespace MonotonicReads.Positions;

/// <summary>Transactions of one source that follow one another.</summary>
/// <param name="First">Its first.</param>
/// <param name="Last">Its last.</param>
internal readonly record struct GtidInterval(long First, long Last)
{
    public bool Contains(GtidInterval other) => First <= other.First && other.Last <= Last;

    /// <summary>Whether each of some intervals lies in one of others. Asked for each draw of a session that has written: no
    /// delegates.</summary>
    public static bool AreIn(GtidInterval[] whole, GtidInterval[] wanted)
    {
        foreach (var interval in wanted)
        {
            if (!interval.IsIn(whole))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What is left of it without another; none, one or two.</summary>
    public List<GtidInterval> Without(GtidInterval hole)
    {
        if (hole.Last < First || Last < hole.First)
        {
            return [this];
        }

        var rest = new List<GtidInterval>(2);
        if (First < hole.First)
        {
            rest.Add(this with { Last = hole.First - 1 });
        }

        if (hole.Last < Last)
        {
            rest.Add(this with { First = hole.Last + 1 });
        }

        return rest;
    }

    private bool IsIn(GtidInterval[] whole)
    {
        foreach (var some in whole)
        {
            if (some.Contains(this))
            {
                return true;
            }
        }

        return false;
    }
}
