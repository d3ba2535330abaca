using MonotonicReads.AspNetCore;

namespace MonotonicReads.Documentation.Tests.Options;

/// <summary>docs/options.md lists every option of the runtime as its XML documentation has it: with MONOTONIC_READS_WRITE_DOCS=1 in the
/// environment this writes the tables.</summary>
public sealed class OptionsReferenceTests
{
    private const string PagePath = "docs/options.md";
    private const string Begin = "<!-- written by OptionsReferenceTests: begin -->\n";
    private const string End = "<!-- written by OptionsReferenceTests: end -->\n";

    private static readonly (object Instance, string? Section)[] Options =
    [
        (new ReplicatedMySqlOptions(), null),
        (new ReplicaSettings("", "", 1), "Replicas"),
        (new MonitorOptions(), "Monitor"),
        (new SeriesDetectorOptions(), "SeriesDetector"),
        (new ProxyOptions(), "Proxy"),
        (ProxyDialect.ShopifyFork, "Proxy"),
        (ProxyDialect.ProxySql, "Proxy"),
        (ProxyDialect.SqlCommenter, "Proxy"),
        (new RequestSessionOptions(), null),
        (new ReadSessionOptions(), null),
        (SessionTokenOptions.WithKey(new byte[32]), null),
    ];

    [Fact]
    public void The_page_has_every_option()
    {
        var reference = string.Join("\n", Options.Select(static o => OptionsTable.Of(o.Instance, o.Section)));
        var file = Path.Combine(Page.Root, PagePath);
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        var written = $"\n{reference}\n";
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, text[..from] + written + text[to..]);
        }
        else
        {
            Assert.Equal(written, text[from..to]);
        }
    }

    /// <summary>What a program sets is what it finds there: no class of options is forgotten.</summary>
    [Fact]
    public void Every_class_of_options_is_among_them()
    {
        var known = Options.Select(static o => o.Instance.GetType()).ToHashSet();
        var all = new[] { typeof(ReplicatedMySqlOptions).Assembly, typeof(RequestSessionOptions).Assembly }
            .SelectMany(static a => a.GetExportedTypes())
            .Where(static t => t.Name.EndsWith("Options", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(all);
        Assert.DoesNotContain(all, type => !known.Contains(type));
    }

    [Fact]
    public void Words_and_defaults_come_from_the_code()
    {
        var table = OptionsTable.Of(new MonitorOptions(), "Monitor");
        Assert.Contains("### MonitorOptions", table, StringComparison.Ordinal);
        Assert.Contains(
            "| `Interval` | `TimeSpan` | `00:00:02` | The time between two looks at a server.",
            table,
            StringComparison.Ordinal
        );
        // What stands at the builder is shown in place of the reference to it.
        Assert.DoesNotContain("See `", OptionsTable.Of(new ReplicatedMySqlOptions(), null), StringComparison.Ordinal);
    }
}
