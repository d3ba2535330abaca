namespace MonotonicReads.Generator.Rules;

/// <summary>Where the page of a rule is.</summary>
internal static class HelpLinks
{
    /// <summary>The page of the rule with this id, such as <c>MR2001</c>.</summary>
    public static string Of(string id) => "https://github.com/monotonicreads/monotonicreads/blob/main/docs/rules/" + id + ".md";
}
