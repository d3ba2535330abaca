namespace MonotonicReads.Sql;

/// <summary>
/// Says of a command text whether it is proven to be a plain read, that is one or more statements that only return
/// data, take no lock, and neither depend on nor change what a connection did before. Everything else, and everything
/// that two servers or two SQL modes would read differently, is not proven and runs on the primary.
/// </summary>
/// <remarks>
/// A stored function is taken for a read; replicas are read-only, so that one which writes fails there. What asks about the statement
/// before it on the connection, as FOUND_ROWS(), ROW_COUNT() and SHOW WARNINGS do, reads too: <see cref="LastStatement"/> keeps it there.
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

    public static bool IsProven(string text)
    {
        var statements = new SqlStatements(text);
        var isRead = false;
        while (statements.Next())
        {
            isRead = statements.Current is { Kind: SqlStatementKind.Read or SqlStatementKind.Show or SqlStatementKind.Plan };
            if (!isRead || statements.Current.Has(Unproven) || statements.Doubts != SqlDoubts.None)
            {
                return false;
            }
        }

        return isRead && statements.Doubts == SqlDoubts.None && !statements.AsksForPrimary;
    }
}
