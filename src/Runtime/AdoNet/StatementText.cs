using MonotonicReads.Routing;
using MonotonicReads.Sql;

namespace MonotonicReads.AdoNet;

/// <summary>What routing is told of a command text.</summary>
internal static class StatementText
{
    /// <summary>The verdict of what is no text, such as the name of a procedure.</summary>
    public static TextVerdict NotProven => default;

    /// <param name="verdict">What the text is.</param>
    /// <param name="returnsData">Whether what it returns can tell the session something.</param>
    public static Statement Statement(TextVerdict verdict, bool returnsData) =>
        verdict.LastStatement switch
        {
            // It returns nothing that the statement before it did not see.
            LastStatementUse.Alone => new Statement(IsPlainRead: true, ReturnsData: false) { StaysHere = true },
            LastStatementUse.BesideOthers => new Statement(verdict.IsPlainRead, returnsData) { MayNotMove = true },
            _ => new Statement(verdict.IsPlainRead, returnsData),
        };
}
