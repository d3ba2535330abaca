namespace MonotonicReads.Sql;

/// <summary>What routing has to know of a command text.</summary>
/// <param name="IsPlainRead">Whether it is proven to be a plain read.</param>
/// <param name="LastStatement">Whether it asks what the statement before it left behind.</param>
internal readonly record struct TextVerdict(bool IsPlainRead, LastStatementUse LastStatement)
{
    public static TextVerdict Of(string text) => new(PlainRead.IsProven(text), Sql.LastStatement.UseIn(text));
}
