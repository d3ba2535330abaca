namespace MonotonicReads.Servers;

/// <summary>How a server is named in the statements that a proxy shall send it.</summary>
/// <param name="Comment">A whole comment, with the space behind it.</param>
/// <param name="Merge">Writes it into a statement's own first comment instead; null where it stands alone before it.</param>
internal sealed record ProxyAddress(string Comment, Func<string, string?>? Merge = null)
{
    public string Annotate(string text) => Merge?.Invoke(text) ?? Comment + text;
}
