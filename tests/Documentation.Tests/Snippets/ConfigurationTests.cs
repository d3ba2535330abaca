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
    public void The_configuration_is_read_as_it_stands_there(string path)
    {
        var block = Assert.Single(new Page(path).Document.Descendants<FencedCodeBlock>(), static b => b.Info == "json");
        var json = block.Lines.ToString().Replace("...", "User ID=app", StringComparison.Ordinal);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json.TrimStart().StartsWith('{') ? json : "{" + json + "}"));
        var services = new ServiceCollection();
        services.AddReplicatedMySqlDataSource(new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("Shop"));
        using var provider = services.BuildServiceProvider();
        Assert.Equal(["primary", "r1", "r2"], provider.GetRequiredService<ReplicatedMySqlDataSource>().GetServers().Select(s => s.Name));
    }
}
