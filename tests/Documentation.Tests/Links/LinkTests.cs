namespace MonotonicReads.Documentation.Tests.Links;

/// <summary>Every link between the pages leads somewhere.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. Page.All.Select(static p => p.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file_and_a_heading(string path)
    {
        var page = new Page(path);
        Assert.Empty(page.Links.Where(l => !Leads(page, l.Target)).Select(l => $"{path}({l.Line}): {l.Target}"));
    }

    [Fact]
    public void A_link_to_nothing_is_seen()
    {
        var page = new Page("README.md");
        Assert.True(Leads(page, "docs/sessions.md#one-moment-snapshots"));
        Assert.False(Leads(page, "docs/sessions.md#one-moment-snapshot"));
        Assert.False(Leads(page, "docs/session.md"));
        Assert.False(Leads(page, "#no-such-heading"));
        Assert.True(Leads(page, "https://example.org/anything"));
    }

    /// <summary>From the index every page can be reached, in however many steps.</summary>
    [Fact]
    public void Every_page_can_be_reached_from_the_index()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { "docs/README.md" };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var path))
        {
            foreach (var (target, _) in new Page(path).Links.Where(static l => !IsOutside(l.Target)))
            {
                var to = Resolve(path, target.Split('#')[0]);
                if (to.EndsWith(".md", StringComparison.Ordinal) && File.Exists(Path.Combine(Page.Root, to)) && reached.Add(to))
                {
                    open.Enqueue(to);
                }
            }
        }

        Assert.Empty(
            Page.All.Select(static p => p.Path).Where(static p => p.StartsWith("docs/", StringComparison.Ordinal)).Except(reached)
        );
    }

    // What lies elsewhere is not asked: the tests need no network.
    private static bool IsOutside(string target) =>
        target.StartsWith("https://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal);

    private static bool Leads(Page from, string target)
    {
        if (IsOutside(target))
        {
            return true;
        }

        var (file, anchor) = target.Split('#') is [var f, var a] ? (f, a) : (target, "");
        var to = file.Length == 0 ? from.Path : Resolve(from.Path, file);
        var full = Path.Combine(Page.Root, to);
        return (File.Exists(full) || Directory.Exists(full)) && (anchor.Length == 0 || new Page(to).Anchors.Contains(anchor));
    }

    private static string Resolve(string from, string target) =>
        Path.GetRelativePath(Page.Root, Path.Combine(Page.Root, Path.GetDirectoryName(from)!, target)).Replace('\\', '/');
}
