using System.Reflection;
using MonotonicReads.Cli.Reports;

namespace MonotonicReads.Cli.Tests.Reports;

/// <summary>Outputs to the byte; <c>MONOTONIC_READS_WRITE_DOCS=1</c> writes them anew.</summary>
public class ExpectedTests
{
    private static readonly string Expected = Path.Combine(
        typeof(ExpectedTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static a => a.Key == "RepositoryRoot").Value!,
        "tests/Cli.Tests/Reports/Expected"
    );

    [Fact]
    public void Markdown() => Compare("shop.md", MarkdownReport.Render(ShopReport.OfShop()));

    [Fact]
    public void Json() => Compare("shop.json", JsonReport.Render(ShopReport.OfShop()));

    [Fact]
    public void Sarif() => Compare("shop.sarif", SarifReport.Render(ShopReport.OfShop(), "0.1.0"));

    private static void Compare(string name, string actual)
    {
        var file = Path.Combine(Expected, name);
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), actual);
    }
}
