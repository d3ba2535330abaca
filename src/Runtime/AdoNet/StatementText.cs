using MonotonicReads.Routing;
using MonotonicReads.Sql;

namespace MonotonicReads.AdoNet;

/// <summary>What routing is told of a command text.</summary>
internal static class StatementText
{
    /// <summary>The verdict of what is no text, such as the name of a procedure.</summary>
    public static TextVerdict NotProven => default;

    /// <param name="verdict">What the text is, its parameters known.</param>
    /// <param name="returnsData">Whether what it returns can tell the session something.</param>
    /// <param name="isThroughProxy">Whether a proxy lends its own connections, statement by statement.</param>
    public static Statement Statement(in TextVerdict verdict, bool returnsData, bool isThroughProxy)
    {
        if (verdict.Settings is { } settings)
        {
            return isThroughProxy
                // Whether the proxy takes a setting along is its own matter.
                ? new Statement(IsPlainRead: false, returnsData) { Cause = PrimaryCause.SessionState }
                : Setting(verdict, settings, returnsData);
        }

        return verdict.LastStatement switch
        {
            // It returns nothing that the statement before it did not see.
            LastStatementUse.Alone => new Statement(IsPlainRead: true, ReturnsData: false) { StaysHere = true },
            LastStatementUse.BesideOthers => new Statement(verdict.IsPlainRead, returnsData)
            {
                MayNotMove = true,
                Writes = Writes(verdict, returnsData),
            },
            _ => new Statement(verdict.IsPlainRead, returnsData) { Cause = verdict.Cause, Writes = Writes(verdict, returnsData) },
        };
    }

    private static bool Writes(in TextVerdict verdict, bool returnsData) =>
        verdict.Change == DataChange.Certain || (verdict.Change == DataChange.UnlessItReturnsRows && !returnsData);

    // Alone it is neither a read nor a write, wherever it runs.
    private static Statement Setting(in TextVerdict verdict, SessionSettings settings, bool returnsData) =>
        settings.AreAlone
            ? new Statement(IsPlainRead: true, ReturnsData: false) { StaysHere = true, Settings = settings }
            : new Statement(verdict.IsPlainRead, returnsData)
            {
                Settings = settings,
                MayNotMove = verdict.LastStatement != LastStatementUse.None,
            };
}
