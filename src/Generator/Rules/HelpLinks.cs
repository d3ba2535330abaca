namespace MonotonicReads.Generator.Rules;

/// <summary>One page for each rule.</summary>
internal static class HelpLinks
{
    private const string Pages = "https://github.com/monotonicreads/monotonicreads/blob/main/docs/rules/";

    public static string For(string id) => Pages + id + ".md";
}
