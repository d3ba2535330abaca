namespace MonotonicReads.Sql;

/// <summary>What routing has to know of a command text.</summary>
/// <param name="IsPlainRead">Whether it is proven to be a plain read.</param>
/// <param name="LastStatement">Whether it asks what the statement before it left behind.</param>
/// <param name="Settings">What it sets of its session; null for nothing.</param>
/// <param name="Cause">Why it runs on the primary, where its writer may not expect it.</param>
/// <param name="Change">What it changes, of what is known of it.</param>
internal readonly record struct TextVerdict(
    bool IsPlainRead,
    LastStatementUse LastStatement,
    SessionSettings? Settings = null,
    PrimaryCause Cause = PrimaryCause.None,
    DataChange Change = DataChange.None
)
{
    public static TextVerdict Of(string text)
    {
        var read = PlainRead.Of(text);
        return new TextVerdict(read.IsProven, Sql.LastStatement.UseIn(text), read.Settings, read.Cause, read.Change);
    }

    /// <summary>The same for a command whose parameters have values of what it sets.</summary>
    /// <param name="valueOf">The value of the parameter of a name; null where there is none.</param>
    public TextVerdict Bound(Func<string, object?> valueOf) =>
        Settings is not { NeedParameters: true } settings ? this
        : settings.Bound(valueOf) is { } bound ? this with { Settings = bound }
        : this with { IsPlainRead = false, Settings = null, Cause = PrimaryCause.SessionState };
}
