using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MonotonicReads.Cluster.Tests.Documentation;

/// <summary>The examples of README.md and docs/ compile: each stands in Examples.cs, whatever its layout.</summary>
public sealed class ExamplesTests
{
    private static readonly string Root = FindRoot();

    public static TheoryData<string> Pages =>
        ["README.md", .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md").Select(f => "docs/" + Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_example_is_compiled(string page)
    {
        var code = Code(File.ReadAllText(Path.Combine(Root, "tests/Cluster.Tests/Documentation/Examples.cs")));
        Assert.All(
            BlocksOf(page, "csharp").SelectMany(e => e.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)),
            e => Assert.Contains(Code(e), code, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("docs/sessions.md")]
    [InlineData("docs/proxies.md")]
    public void The_configuration_is_read_as_it_stands_there(string page)
    {
        var json = Assert.Single(BlocksOf(page, "json"));
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(
                new MemoryStream(
                    System.Text.Encoding.UTF8.GetBytes("{" + json.Replace("...", "User ID=app", StringComparison.Ordinal) + "}")
                )
            )
            .Build();
        var services = new ServiceCollection();
        Examples.Configure(services, configuration);
        using var provider = services.BuildServiceProvider();
        Assert.Equal(["primary", "r1", "r2"], provider.GetRequiredService<ReplicatedMySqlDataSource>().GetServers().Select(s => s.Name));
    }

    private static IEnumerable<string> BlocksOf(string page, string language) =>
        Regex
            .Matches(File.ReadAllText(Path.Combine(Root, page)), $"```{language}\n(.*?)```", RegexOptions.Singleline)
            .Select(m => m.Groups[1].Value);

    /// <summary>The code without its layout: that of the pages is for reading, that of Examples.cs the formatter's.</summary>
    private static string Code(string text) =>
        string.Concat(text.Where(c => !char.IsWhiteSpace(c))).Replace(",}", "}", StringComparison.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Analyzer.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
