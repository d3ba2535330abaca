namespace MonotonicReads.Sql;

/// <summary>
/// Says of a command text whether it is proven to be a plain read, that is one or more statements that only return
/// data, take no lock, and neither depend on nor change what a connection did before. Everything else, and everything
/// that two servers or two SQL modes would read differently, is not proven and runs on the primary.
/// </summary>
/// <remarks>
/// A stored function is taken for a read; replicas are read-only, so that one which writes fails there. What asks about the statement
/// before it on the connection, as FOUND_ROWS(), ROW_COUNT() and SHOW WARNINGS do, reads too: <see cref="LastStatement"/> keeps it there.
/// So does what sets the session's own variables to values that mean the same on every server, beside reads or alone: it is told to each
/// connection that takes the place of the one where it ran.
/// </remarks>
internal static class PlainRead
{
    private const SqlTraits Unproven =
        SqlTraits.PrimaryFunction
        | SqlTraits.UncertainFunction
        | SqlTraits.Waiting
        | SqlTraits.Server
        | SqlTraits.SystemVariable
        | SqlTraits.Assignment
        | SqlTraits.Locks
        | SqlTraits.IntoElsewhere
        | SqlTraits.IntoTable
        | SqlTraits.StrayWord
        | SqlTraits.PlansOther;

    /// <summary>What belongs on the primary by its own words.</summary>
    private const SqlTraits OfPrimary = SqlTraits.PrimaryFunction | SqlTraits.Locks | SqlTraits.IntoTable | SqlTraits.StrayWord;

    public static bool IsProven(string text) => Of(text) is { IsProven: true, Settings: null or { NeedParameters: false } };

    public static PlainReadVerdict Of(string text)
    {
        var statements = new SqlStatements(text);
        var count = 0;
        var (areSettings, areFirst) = (true, true);
        var cause = PrimaryCause.None;
        while (statements.Next())
        {
            count++;
            var statement = statements.Current;
            areFirst &= areSettings || statement.Kind != SqlStatementKind.Setting;
            areSettings &= statement.Kind == SqlStatementKind.Setting;
            if (statements.Doubts == SqlDoubts.None && IsHarmless(statement))
            {
                continue;
            }

            if (CauseOf(statement) is var found && found == PrimaryCause.None)
            {
                // Whoever wrote it knows where it runs, and so what stands beside it.
                return new PlainReadVerdict(IsProven: false, Settings: null, PrimaryCause.None, ChangeOf(ref statements));
            }

            cause = cause == PrimaryCause.None ? found : cause;
        }

        if (cause != PrimaryCause.None && !statements.AsksForPrimary)
        {
            return new PlainReadVerdict(IsProven: false, Settings: null, cause);
        }

        if (count == 0 || statements.Doubts != SqlDoubts.None || statements.AsksForPrimary)
        {
            return default;
        }

        var settings = statements.Settings is { } all
            ? new SessionSettings(all)
            {
                AreAlone = areSettings,
                AreFirst = areFirst,
                AreOneStatement = count == 1,
            }
            : null;
        return new PlainReadVerdict(IsProven: true, settings, PrimaryCause.None);
    }

    /// <summary>What the statement and those behind it change.</summary>
    private static DataChange ChangeOf(ref SqlStatements statements)
    {
        var change = DataChange.None;
        do
        {
            var of = statements.Current switch
            {
                { Kind: SqlStatementKind.Write } => DataChange.Certain,
                { Kind: SqlStatementKind.Procedure } => DataChange.UnlessItReturnsRows,
                { Kind: SqlStatementKind.Read } query when ChangesData(query) => DataChange.Certain,
                _ => DataChange.None,
            };
            change = of > change ? of : change;
        } while (statements.Next());

        return change;
    }

    // The word in FOR UPDATE is a stray one to the vocabulary.
    private static bool ChangesData(in SqlStatement query) =>
        query.Has(SqlTraits.IntoTable) || (query.Has(SqlTraits.StrayWord) && !query.Has(SqlTraits.Locks));

    private static bool IsHarmless(in SqlStatement statement) =>
        statement.Kind is SqlStatementKind.Read or SqlStatementKind.Show or SqlStatementKind.Plan or SqlStatementKind.Setting
        && !statement.Has(Unproven);

    private static PrimaryCause CauseOf(in SqlStatement statement) =>
        statement.Kind switch
        {
            SqlStatementKind.Session or SqlStatementKind.Setting => PrimaryCause.SessionState,
            SqlStatementKind.Read or SqlStatementKind.Show or SqlStatementKind.Plan when !statement.Has(OfPrimary) =>
                PrimaryCause.UnprovenQuery,
            _ => PrimaryCause.None,
        };
}

/// <summary>What <see cref="PlainRead"/> says.</summary>
/// <param name="IsProven">Whether a replica may run it, once parameters that settings need are known.</param>
/// <param name="Settings">What it sets of its session; null for nothing.</param>
/// <param name="Cause">Why it runs on the primary, where its writer may not expect it.</param>
/// <param name="Change">What it changes, of what is known of it.</param>
internal readonly record struct PlainReadVerdict(
    bool IsProven,
    SessionSettings? Settings,
    PrimaryCause Cause,
    DataChange Change = DataChange.None
);

/// <summary>Whether a text is known to change data.</summary>
internal enum DataChange
{
    None,

    /// <summary>It calls a procedure: one whose rows are read is taken for a read.</summary>
    UnlessItReturnsRows,

    Certain,
}

/// <summary>Why a statement that neither writes nor asks for the primary goes there.</summary>
internal enum PrimaryCause
{
    None,

    /// <summary>It changes what the connection holds, and nothing proves that it does nothing else.</summary>
    SessionState,

    /// <summary>It looks like a query, and is not proven to be a plain read.</summary>
    UnprovenQuery,
}
