using System.Text.Json;
using System.Text.RegularExpressions;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Reports;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Cli.Watched;

namespace MonotonicReads.Cli.Tests.Reports;

public sealed class RuntimeJoinTests : IDisposable
{
    private const string Open = "M:Shop.Data.Orders.Open(System.Int32)";
    private const string Count = "M:Shop.Data.Lines.Count(System.Int32)";
    private const string Saved = "M:Shop.Data.Orders.Saved(System.Int32)";
    private const string Page = "M:Shop.Data.Pages.Page(System.Int32)";

    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void A_series_with_the_unit_on_the_stack_of_two_statements_confirms_it()
    {
        var joined = Joined(Series("severalServers", 5, 3, Site("replica", 1, Open, Page), Site("replica", 1, Count, Open, Page)));

        var open = Of(joined, "Open");
        Assert.Equal(new RuntimeCount(5, 3), open.Seen);
        Assert.Empty(joined.Runtime!.Unforeseen);
        Assert.Null(Of(joined, "Saved").Seen);
        Assert.Equal("its reads did not run", Of(joined, "Saved").Because);
    }

    [Fact]
    public void Counts_of_several_lines_add_up()
    {
        var series = Series("severalServers", 5, 3, Site("replica", 2, Open));
        Assert.Equal(new RuntimeCount(10, 6), Of(Joined(series, series), "Open").Seen);
    }

    [Fact]
    public void One_statement_of_the_unit_confirms_nothing()
    {
        var joined = Joined(Series("severalServers", 5, 3, Site("replica", 1, Open, Page), Site("replica", 1, Count, Page)));

        Assert.Null(Of(joined, "Open").Seen);
        var series = Assert.Single(joined.Runtime!.Unforeseen);
        Assert.Equal(Page, series.MeetIn);
        Assert.Contains("Orders.Open (called by Pages.Page), Lines.Count (called by Pages.Page); meet in Pages.Page", Words.Of(series));
    }

    [Fact]
    public void A_read_after_a_write_wants_both_and_confirms_nothing_else()
    {
        var both = Joined(Series("readAfterWrite", 1, 1, Site("write", 1, Saved), Site("replica", 1, Saved)));
        Assert.NotNull(Of(both, "Saved", "MR1003").Seen);
        var reads = Joined(Series("severalServers", 1, 1, Site("replica", 2, Saved)));
        Assert.Null(Of(reads, "Saved", "MR1003").Seen);
        var another = Joined(Series("readAfterWrite", 1, 1, Site("write", 1, Open), Site("replica", 1, Saved)));
        Assert.Null(Of(another, "Saved", "MR1003").Seen);
    }

    [Theory]
    [InlineData("session", "its reads ran in a session")]
    [InlineData("primary", "its reads ran on the primary")]
    [InlineData("replica", "its reads ran, and never two of them apart in one unit of work")]
    public void What_ran_without_a_series_says_how(string way, string because)
    {
        var joined = Joined($$"""{"v":1,"type":"sent","count":2,"way":"{{way}}","methods":["{{Open}}"]}""");
        Assert.StartsWith(because, Of(joined, "Open").Because, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_declared_and_ran_outside_a_session_is_confirmed_too()
    {
        var joined = Joined(Series("severalServers", 1, 1, Site("replica", 2, "M:Shop.Data.Orders.Pinned")));
        Assert.StartsWith("declared, and yet it ran outside a session", Of(joined, "Pinned").Because, StringComparison.Ordinal);
        Assert.DoesNotContain(joined.Runtime!.OnlyStatic, f => joined.Units[f.Unit].Name.Contains("Pinned", StringComparison.Ordinal));
    }

    [Fact]
    public void Generics_overloads_and_the_angles_of_a_program_are_matched()
    {
        Assert.NotNull(Of(Joined(Series("severalServers", 1, 1, Site("replica", 2, "M:Shop.Data.Orders.Kept``1(``0)"))), "Kept").Seen);
        Assert.NotNull(Of(Joined(Series("severalServers", 1, 1, Site("replica", 2, "M:Shop.Data.Orders.Open(*)"))), "Open").Seen);
        Assert.Null(Of(Joined(Series("severalServers", 1, 1, Site("replica", 2, "M:Shop.Data.Orders.Ope(*)"))), "Open").Seen);
    }

    [Fact]
    public void Every_output_tells_it()
    {
        var joined = Joined(
            Series("severalServers", 5, 3, Site("replica", 2, Open)),
            Series("severalServers", 2, 0, Site("replica", 1, Page), Site("replica", 1, Count))
        );

        var markdown = MarkdownReport.Render(joined);
        Assert.Contains("| confirmed | MR1002 `Orders.Open` | 5 units of work, 3 of them on several servers |", markdown);
        Assert.Contains("| only at run time |", markdown);
        var json = JsonDocument.Parse(JsonReport.Render(joined)).RootElement.GetProperty("runtime");
        Assert.Equal(1, json.GetProperty("confirmed").GetInt32());
        Assert.Equal(Count, json.GetProperty("series")[0].GetProperty("sites")[1].GetProperty("methods")[0].GetString());
        Assert.Contains("\"runtime\": \"confirmed\"", SarifReport.Render(joined, "0.1.0"));
        Assert.Contains("\"onlyAtRunTime\"", SarifReport.Render(joined, "0.1.0"));
        Assert.Contains("Orders.Open", HtmlReport.Render(joined));
    }

    [Theory]
    [InlineData("not json", ":2 is no line of the series detector's")]
    [InlineData("[]", ":2 is no line of the series detector's")]
    [InlineData("""{"v":1,"type":"series","kind":"severalServers"}""", ":2 is no line of the series detector's")]
    [InlineData("""{"v":2,"type":"start"}""", ":2: the line is of another version")]
    public void A_bad_line_is_told_with_its_number(string line, string said)
    {
        var thrown = Assert.Throws<CliException>(() => Joined(line));
        Assert.Equal(ExitCodes.WrongUsage, thrown.ExitCode);
        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_empty_is_told()
    {
        Assert.Contains("cannot be read", Assert.Throws<CliException>(() => RuntimeLog.Read([_file + "x"], f => f)).Message);
        File.WriteAllText(_file, "");
        Assert.Contains("is empty", Assert.Throws<CliException>(() => RuntimeLog.Read([_file], f => f)).Message);
    }

    public void Dispose() => File.Delete(_file);

    private Report Joined(params string[] lines)
    {
        File.WriteAllLines(_file, ["""{"v":1,"type":"start","source":"shop","routing":"connection"}""", .. lines]);
        return RuntimeJoiner.Join(ShopReport.OfShop(), RuntimeLog.Read([_file], static f => Path.GetFileName(f)));
    }

    private static RuntimeFinding Of(Report report, string method, string? rule = null) =>
        report.Runtime!.Findings.First(f => Regex.IsMatch(report.Units[f.Unit].Name, $@"\.{method}\b") && (rule is null || f.Rule == rule));

    private static string Series(string kind, int count, int spread, params string[] sites) =>
        $$"""{"v":1,"type":"series","kind":"{{kind}}","unit":"code","count":{{count}},"spread":{{spread}},"sites":[{{string.Join(',', sites)}}]}""";

    private static string Site(string way, int statements, params string[] methods) =>
        $$"""{"way":"{{way}}","statements":{{statements}},"methods":["{{string.Join("\",\"", methods)}}"],"servers":["r1"]}""";
}
