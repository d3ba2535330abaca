namespace MonotonicReads.Sql;

/// <summary>One assignment of a <c>SET</c> that changes what the connection's session holds and nothing else.</summary>
/// <param name="Name">What is set, in upper case: a later assignment of the same name takes its place, unless it is partial.</param>
/// <param name="Text">The assignment in words that say the same on every server; null where <paramref name="Parameter"/> has its
/// value.</param>
/// <param name="Parameter">The command's parameter, with its sign, that has the value; null for none.</param>
internal readonly record struct SqlSetting(string Name, string? Text, string? Parameter = null)
{
    /// <summary>What stands before the value where it is added to the one before it.</summary>
    public const string Adding = "CONCAT(";

    /// <summary>Whether it changes a part of the value that was there, so that it takes the place of none but its like.</summary>
    public bool IsPartial => Name == "OPTIMIZER_SWITCH" || (Name == "SQL_MODE" && Text?.IndexOf(Adding, StringComparison.Ordinal) > 0);
}
