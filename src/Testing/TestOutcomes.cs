namespace MonotonicReads.Testing;

/// <summary>What test frameworks throw that is no failed assertion.</summary>
internal static class TestOutcomes
{
    // What xunit 3 begins the message of an assertion with that skips.
    private const string SkipsDynamically = "$XunitDynamicSkip$";

    /// <summary>Whether the test is to be skipped, whatever else it finds.</summary>
    public static bool IsSkip(Exception exception) =>
        exception.Message.StartsWith(SkipsDynamically, StringComparison.Ordinal)
        || exception.GetType().Name is "SkipException" or "IgnoreException" or "InconclusiveException" or "AssertInconclusiveException";

    /// <summary>Whether the run is to end as one that passed: NUnit's <c>Assert.Pass</c>.</summary>
    public static bool IsPass(Exception exception) => exception.GetType().FullName == "NUnit.Framework.SuccessException";
}
