namespace MonotonicReads.Sql;

/// <summary>What stands between <c>EXPLAIN</c> or <c>ANALYZE</c> and the statement that is planned.</summary>
/// <param name="Runs">Whether the statement runs (<c>EXPLAIN ANALYZE</c>).</param>
/// <param name="IsIntoVariable">Whether the plan goes into a user variable.</param>
/// <param name="IsOfConnection">Whether the plan is that of what another connection runs.</param>
internal readonly record struct SqlPlanOptions(bool Runs, bool IsIntoVariable, bool IsOfConnection)
{
    public static SqlPlanOptions Read(ref SqlTokens tokens)
    {
        var options = default(SqlPlanOptions);
        while (tokens.Kind == SqlTokenKind.Word)
        {
            if (tokens.Is("ANALYZE") || tokens.Is("ANALYSE"))
            {
                options = options with { Runs = true };
            }
            else if (tokens.Is("FORMAT") && tokens.Ahead().Is('='))
            {
                tokens.Next();
                tokens.Next();
            }
            else if (tokens.Is("INTO"))
            {
                options = options with { IsIntoVariable = true };
            }
            else if (tokens.Is("FOR"))
            {
                // The kind of what follows, then its name: a connection's number or a schema.
                tokens.Next();
                options = options with { IsOfConnection = tokens.Is("CONNECTION") };
                tokens.Next();
            }
            else if (!tokens.Is("EXTENDED") && !tokens.Is("PARTITIONS") && !tokens.Is("VERBOSE"))
            {
                break;
            }

            tokens.Next();
        }

        return options;
    }
}
