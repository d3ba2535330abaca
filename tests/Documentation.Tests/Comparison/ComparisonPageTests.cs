using MonotonicReads.Benchmarks.Peers.Results;

namespace MonotonicReads.Documentation.Tests.Comparison;

using Comparison = MonotonicReads.Benchmarks.Peers.Results.Comparison;

/// <summary>
/// The tables of docs/comparison.md are those of the run whose results lie beside the benchmark: nobody mends a number by hand. With
/// MONOTONIC_READS_WRITE_DOCS=1 in the environment this writes them anew from these results.
/// </summary>
public sealed class ComparisonPageTests
{
    private static readonly string PagePath = Path.Combine(Page.Root, "docs/comparison.md");
    private static readonly string Results = Path.Combine(Page.Root, "tests/Benchmarks/Peers/comparison.json");

    [Fact]
    public void The_page_tells_what_the_run_has_measured()
    {
        var text = File.ReadAllText(PagePath).ReplaceLineEndings("\n");
        var written = ComparisonTables.Written(text, Comparison.Load(Results));
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(PagePath, written);
        }
        else
        {
            Assert.Equal(written, text);
        }
    }

    [Fact]
    public void What_is_saved_is_what_is_loaded()
    {
        var file = Path.GetTempFileName();
        try
        {
            var loaded = Comparison.Load(Results);
            loaded.Save(file);
            Assert.Equal(File.ReadAllText(Results).ReplaceLineEndings("\n"), File.ReadAllText(file));
            Assert.Equal(ComparisonTables.Of(loaded), ComparisonTables.Of(Comparison.Load(file)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_number_that_somebody_changed_is_seen_and_the_prose_stays()
    {
        var page = "before\n" + ComparisonTables.Begin + "\n| 1.00 |\n" + ComparisonTables.End + "after\n";
        var written = ComparisonTables.Written(page, Comparison.Load(Results));
        Assert.StartsWith("before\n", written, StringComparison.Ordinal);
        Assert.EndsWith("after\n", written, StringComparison.Ordinal);
        Assert.DoesNotContain("\n| 1.00 |\n", written, StringComparison.Ordinal);
        Assert.Equal(written, ComparisonTables.Written(written, Comparison.Load(Results)));
    }

    [Fact]
    public void A_page_without_a_place_for_the_tables_is_refused()
    {
        var comparison = Comparison.Load(Results);
        Assert.Throws<InvalidDataException>(() => ComparisonTables.Written("nothing\n", comparison));
        Assert.Throws<InvalidDataException>(() => ComparisonTables.Written(ComparisonTables.End + ComparisonTables.Begin, comparison));
    }
}
