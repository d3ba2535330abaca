using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using MonotonicReads.Observability;

namespace MonotonicReads.Runtime.Tests;

/// <summary>What the runtime can say is in its documentation.</summary>
public class DocumentationTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_log_record_is_documented()
    {
        var text = Read("docs/observability.md");
        var messages = typeof(RoutingLog)
            .GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()!)
            .ToList();
        Assert.NotEmpty(messages);
        Assert.Equal(messages.Count, messages.Select(m => m.EventId).Distinct().Count());
        Assert.All(messages, m => Assert.Matches($@"[|;] {m.EventId}, {m.Level.ToString().ToLowerInvariant()}[ ;]", text));
    }

    [Fact]
    public void Every_instrument_span_and_event_is_documented()
    {
        var text = Read("docs/observability.md");
        var names = Directory
            .GetFiles(Path.Combine(Root, "src/Runtime/Observability"), "*.cs")
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), "\"(monotonic_reads\\.[a-z_.]+)\""))
            .Select(m => m.Groups[1].Value)
            .ToList();
        Assert.NotEmpty(names);
        Assert.All(names, n => Assert.Contains($"`{n}`", text, StringComparison.Ordinal));
        Assert.All(Enum.GetNames<ReadSessionEventKind>(), n => Assert.Contains($"| `{n}` |", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_finding_of_the_lint_is_documented()
    {
        var text = Read("docs/topology.md");
        var lint = string.Concat(Directory.GetFiles(Path.Combine(Root, "src/Runtime/Topology"), "*.cs").Select(File.ReadAllText));
        var ids = Regex.Matches(lint, "\"(MRT[0-9]{3})\"").Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Order(), Regex.Matches(text, "MRT[0-9]{3}").Select(m => m.Value).Distinct().Order());
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

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
