using MonotonicReads.Sql;

namespace MonotonicReads.Generator.Sql;

/// <summary>
/// Says what a command text probably does: a reading of <see cref="SqlStatements"/> that a part known only at run time, a doubtful
/// comment or another dialect does not stop. A text of several statements is what its strongest statement is: a write, then a
/// procedure, then a read of the primary, then a read that a replica may answer.
/// </summary>
internal static class SqlClassifier
{
    /// <summary>What makes a query one of the primary, as the run time sends it there.</summary>
    private const SqlTraits OfPrimary = SqlTraits.PrimaryFunction | SqlTraits.Connection | SqlTraits.SystemVariable | SqlTraits.Locks;

    private const SqlTraits OfTable = SqlTraits.Table | SqlTraits.UnknownFunction | SqlTraits.UncertainFunction;

    public static SqlVerdict Classify(string text)
    {
        var statements = new SqlStatements(text);
        var strongest = new SqlVerdict(SqlEffect.Unknown);
        var begun = false;
        var asked = false;
        while (statements.Next())
        {
            var statement = statements.Current;
            if (AsksConnection(statement))
            {
                // It follows what is beside it: SELECT SQL_CALC_FOUND_ROWS ...; SELECT FOUND_ROWS().
                asked = true;
                continue;
            }

            var effect = Effect(statement);
            if (begun && effect == SqlEffect.ReplicaRead)
            {
                // It runs where the transaction runs.
                effect = SqlEffect.PrimaryRead;
            }

            begun = effect == SqlEffect.BeginTransaction || (begun && effect != SqlEffect.EndTransaction);
            strongest = Strength(effect) > Strength(strongest.Effect) ? new SqlVerdict(effect, statement.Procedure) : strongest;
        }

        var isOfPrimary =
            strongest.Effect == SqlEffect.ReplicaRead
                ? statements.AsksForPrimary
                : asked && Strength(strongest.Effect) < Strength(SqlEffect.ReplicaRead);
        return isOfPrimary ? new SqlVerdict(SqlEffect.PrimaryRead) : strongest;
    }

    private static bool AsksConnection(SqlStatement statement) =>
        statement.Kind == SqlStatementKind.Read && (statement.Traits & ~SqlTraits.Waiting) == SqlTraits.Connection;

    private static int Strength(SqlEffect effect) =>
        effect switch
        {
            SqlEffect.Write => 7,
            SqlEffect.Procedure => 6,
            SqlEffect.PrimaryRead => 5,
            SqlEffect.ReplicaRead => 4,
            SqlEffect.EndTransaction => 3,
            SqlEffect.BeginTransaction => 2,
            SqlEffect.Nothing => 1,
            _ => 0,
        };

    private static SqlEffect Effect(SqlStatement statement) =>
        statement.Kind switch
        {
            SqlStatementKind.Unknown => SqlEffect.Unknown,
            SqlStatementKind.Read => OfRead(statement),
            SqlStatementKind.Show => statement.Has(SqlTraits.Table) ? OfRead(statement) : SqlEffect.Nothing,
            SqlStatementKind.Plan => statement.Has(SqlTraits.Server) ? SqlEffect.PrimaryRead : SqlEffect.ReplicaRead,
            SqlStatementKind.Write => SqlEffect.Write,
            SqlStatementKind.Procedure => SqlEffect.Procedure,
            SqlStatementKind.BeginTransaction => SqlEffect.BeginTransaction,
            SqlStatementKind.EndTransaction => SqlEffect.EndTransaction,
            _ => SqlEffect.Nothing,
        };

    private static SqlEffect OfRead(SqlStatement read) =>
        read.Has(SqlTraits.IntoTable) ? SqlEffect.Write
        : read.Has(SqlTraits.IntoElsewhere) ? SqlEffect.Nothing
        : read.Has(OfPrimary) || (read.Has(SqlTraits.Assignment) && read.Has(OfTable)) ? SqlEffect.PrimaryRead
        : read.Has(OfTable) ? SqlEffect.ReplicaRead
        : SqlEffect.Nothing;
}
