using System.Text;
using Markdig.Syntax;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MonotonicReads.Documentation.Tests.Snippets;

/// <summary>The configuration that the pages show is read as it stands there.</summary>
public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("docs/sessions.md")]
    [InlineData("docs/proxies.md")]
    [InlineData("docs/getting-started.md")]
    [InlineData("docs/guides/aspnetcore.md")]
    [InlineData("docs/guides/direct-replicas.md")]
    [InlineData("docs/guides/proxysql.md")]
    [InlineData("docs/guides/maxscale.md")]
    [InlineData("docs/guides/kubernetes.md", "mysql-1", "mysql-2")]
    public void The_configuration_is_read_as_it_stands_there(string path, params string[] replicas)
    {
        var json = Assert.Single(Configurations(new Page(path))).Replace("...", "User ID=app", StringComparison.Ordinal);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json.TrimStart().StartsWith('{') ? json : "{" + json + "}"));
        var services = new ServiceCollection();
        services.AddReplicatedMySqlDataSource(new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("Shop"));
        using var provider = services.BuildServiceProvider();
        Assert.Equal(
            ["primary", .. replicas.Length > 0 ? replicas : ["r1", "r2"]],
            provider.GetRequiredService<ReplicatedMySqlDataSource>().GetServers().Select(s => s.Name)
        );
    }

    // As JSON, or as a file in a ConfigMap.
    private static IEnumerable<string> Configurations(Page page)
    {
        foreach (var block in page.Document.Descendants<FencedCodeBlock>())
        {
            var text = block.Lines.ToString();
            if (block.Info == "json")
            {
                yield return text;
            }
            else if (block.Info == "yaml" && text.IndexOf(".json: |\n", StringComparison.Ordinal) is >= 0 and var at)
            {
                yield return text[(text.IndexOf('\n', at) + 1)..];
            }
        }
    }
}
