using System.Collections.Immutable;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>What sending a command may do: the verdicts on its possible texts together with the member that sends it.</summary>
internal readonly record struct CommandEffects(bool ReplicaRead, bool PrimaryRead, bool Writes, bool Begins, bool Ends)
{
    public static CommandEffects Of(Items<string> texts, bool isProcedure, bool forRows, StoredProcedureMode procedures)
    {
        var effects = default(CommandEffects);
        foreach (var text in texts.IsEmpty ? [SqlText.Unknown] : texts)
        {
            effects = effects.With(Judge(text, isProcedure, forRows, procedures), forRows);
        }

        return effects;
    }

    private static SqlEffect Judge(string text, bool isProcedure, bool forRows, StoredProcedureMode procedures)
    {
        var verdict = isProcedure ? new SqlVerdict(SqlEffect.Procedure, LastName(text)) : SqlClassifier.Classify(text);
        return verdict.Effect != SqlEffect.Procedure
            ? verdict.Effect
            : procedures switch
            {
                StoredProcedureMode.Read => SqlEffect.ReplicaRead,
                StoredProcedureMode.Write => SqlEffect.Write,
                StoredProcedureMode.Primary => forRows ? SqlEffect.PrimaryRead : SqlEffect.Write,
                _ => ProcedureNames.Classify(verdict.Procedure!),
            };
    }

    private CommandEffects With(SqlEffect effect, bool forRows) =>
        effect switch
        {
            SqlEffect.Write => this with { Writes = true },
            SqlEffect.ReplicaRead when forRows => this with { ReplicaRead = true },
            SqlEffect.PrimaryRead when forRows => this with { PrimaryRead = true },
            SqlEffect.BeginTransaction => this with { Begins = true },
            SqlEffect.EndTransaction => this with { Ends = true },
            SqlEffect.Unknown => forRows ? this with { ReplicaRead = true } : this with { Writes = true },
            _ => this,
        };

    /// <summary>The procedure's own name: <c>[dbo].[Order_Read]</c> gives <c>Order_Read</c>.</summary>
    private static string LastName(string text)
    {
        var trimmed = text.Trim();
        var start = trimmed.Length;
        while (start > 0 && trimmed[start - 1] != '.' && !SqlText.IsUnknown(trimmed[start - 1]))
        {
            start--;
        }

        return trimmed.Substring(start).Trim('[', ']', '`', '"', ' ');
    }
}
