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
    private const string Pinned = "M:Shop.Data.Orders.Pinned";

    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void A_series_with_the_unit_on_the_stack_of_two_statements_that_meet_confirms_it()
    {
        var joined = Joined(Series("severalServers", 5, 3, Site("replica", [], Open, Page), Site("replica", [0], Count, Open, Page)));

        var open = Of(joined, "Open");
        Assert.Equal(new RuntimeCount(5, 3), open.Seen);
        Assert.Empty(joined.Runtime!.Unforeseen);
        Assert.Null(Of(joined, "Saved").Seen);
        Assert.Equal("its reads were not seen to run", Of(joined, "Saved").Because);
    }

    [Fact]
    public void Counts_of_several_lines_add_up_and_what_any_of_them_says_counts()
    {
        var once = Series("severalServers", 5, 3, Site("replica", [], Open), Site("replica", [0], Page));
        var again = Series("severalServers", 1, 1, Site("replica", [], Page), Site("replica", [0, 1], Open));

        Assert.Null(Of(Joined(once, once), "Open").Seen);
        Assert.Equal(new RuntimeCount(6, 4), Of(Joined(once, again), "Open").Seen);
        Assert.Equal(new RuntimeCount(6, 4), Of(Joined(again, once), "Open").Seen);
    }

    [Fact]
    public void One_statement_of_the_unit_confirms_nothing()
    {
        var joined = Joined(Series("severalServers", 5, 3, Site("replica", [], Open, Page), Site("replica", [0], Count, Page)));

        Assert.Null(Of(joined, "Open").Seen);
        var series = Assert.Single(joined.Runtime!.Unforeseen);
        Assert.Equal(Page, series.MeetIn);
        Assert.Contains("Orders.Open (called by Pages.Page), Lines.Count (called by Pages.Page); meet in Pages.Page", Words.Of(series));
    }

    [Fact]
    public void Several_statements_of_the_unit_that_do_not_meet_one_another_confirm_nothing()
    {
        // On one open connection, or in a session: it is others that make the series.
        var beside = Joined(Series("severalServers", 5, 3, Site("replica", [1], Count, Page), Site("replica", [0], Open, Page)));
        Assert.Null(Of(beside, "Open").Seen);
        Assert.Single(beside.Runtime!.Unforeseen);

        var inSession = Joined(Series("severalServers", 1, 1, Site("replica", [], Page), Site("session", [0], Pinned, Page)));
        Assert.Null(Of(inSession, "Pinned").Seen);
        Assert.Null(Of(inSession, "Pinned").Because);
    }

    [Fact]
    public void A_read_after_a_write_wants_both_in_this_order_and_confirms_nothing_else()
    {
        var both = Joined(Series("readAfterWrite", 1, 1, Site("write", [], Saved), Site("replica", [0], Saved)));
        Assert.NotNull(Of(both, "Saved", "MR1003").Seen);
        var reads = Joined(Series("severalServers", 1, 1, Site("replica", [0], Saved)));
        Assert.Null(Of(reads, "Saved", "MR1003").Seen);
        var another = Joined(Series("readAfterWrite", 1, 1, Site("write", [], Open), Site("replica", [0], Saved)));
        Assert.Null(Of(another, "Saved", "MR1003").Seen);
        var later = Joined(Series("readAfterWrite", 1, 1, Site("write", [], Open), Site("replica", [0], Saved), Site("write", [], Saved)));
        Assert.Null(Of(later, "Saved", "MR1003").Seen);
    }

    [Theory]
    [InlineData("session", "its reads ran in a session")]
    [InlineData("primary", "its reads ran on the primary")]
    [InlineData("accepted", "its reads ran in a method with [Eventual]")]
    [InlineData("write", "its writes ran, its reads were not seen to")]
    [InlineData("replica", "its reads ran, and never two of them apart in one unit of work")]
    public void What_ran_without_a_series_says_how(string way, string because)
    {
        var joined = Joined($$"""{"v":1,"type":"sent","count":2,"way":"{{way}}","methods":["{{Open}}"]}""");
        Assert.StartsWith(because, Of(joined, "Open").Because, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_sample_nothing_is_said_of_what_was_not_watched()
    {
        var start = """{"v":1,"type":"start","source":"shop","routing":"connection","sampleRate":0.01}""";
        var joined = JoinedAs([start, $$"""{"v":1,"type":"sent","count":2,"way":"replica","methods":["{{Open}}"]}"""]);

        Assert.Equal("a sample of 1 %", joined.Runtime!.Sample);
        Assert.Equal("its reads were not seen in a sample of 1 %", Of(joined, "Saved").Because);
        Assert.EndsWith("in different units; in a sample of 1 %", Of(joined, "Open").Because, StringComparison.Ordinal);
        Assert.Contains("At run time (a sample of 1 %) ", MarkdownReport.Render(joined), StringComparison.Ordinal);

        Assert.Equal(
            "samples of 0.5 % to 100 %",
            JoinedAs([
                start.Replace("0.01", "0.005", StringComparison.Ordinal),
                start.Replace("0.01", "1", StringComparison.Ordinal),
            ]).Runtime!.Sample
        );
        Assert.Null(Joined().Runtime!.Sample);
    }

    [Fact]
    public void A_detector_that_did_not_keep_all_is_told()
    {
        var joined = Joined("""{"v":1,"type":"cut","what":"sent"}""");
        Assert.Equal("its reads were not seen to run; the detector did not keep all that it saw", Of(joined, "Saved").Because);
        Assert.Contains("did not keep all that it saw (sent)", Assert.Single(RuntimeLog.Read([_file], f => f).Warnings));
    }

    [Fact]
    public void What_is_declared_and_ran_outside_a_session_is_confirmed_with_a_remark()
    {
        var outside = Joined(Series("severalServers", 1, 1, Site("replica", [0], Pinned)));
        Assert.StartsWith("declared, and yet it ran outside a session", Of(outside, "Pinned").Because, StringComparison.Ordinal);
        Assert.DoesNotContain(outside.Runtime!.OnlyStatic, f => outside.Units[f.Unit].Name.Contains("Pinned", StringComparison.Ordinal));

        var beside = Joined(Series("severalServers", 1, 1, Site("primary", [], Pinned), Site("session", [0], Pinned)));
        Assert.StartsWith("declared, and yet something of it ran outside its session", Of(beside, "Pinned").Because);
    }

    [Fact]
    public void Generics_overloads_and_the_angles_of_a_program_are_matched()
    {
        Assert.NotNull(Of(Joined(Series("severalServers", 1, 1, Site("replica", [0], "M:Shop.Data.Orders.Kept``1(``0)"))), "Kept").Seen);
        Assert.NotNull(Of(Joined(Series("severalServers", 1, 1, Site("replica", [0], "M:Shop.Data.Orders.Open(*)"))), "Open").Seen);
        Assert.Null(Of(Joined(Series("severalServers", 1, 1, Site("replica", [0], "M:Shop.Data.Orders.Ope(*)"))), "Open").Seen);
        Assert.Null(Of(Joined(Series("severalServers", 1, 1, Site("replica", [0], "M:Shop.Data.Orders.Open(System.Int64)"))), "Open").Seen);
    }

    [Fact]
    public void Every_output_tells_it()
    {
        var joined = Joined(
            Series("severalServers", 5, 3, Site("replica", [0], Open)),
            Series("severalServers", 2, 0, Site("replica", [], Page), Site("replica", [0], Count))
        );

        var markdown = MarkdownReport.Render(joined);
        Assert.Contains("| confirmed | MR1002 `Orders.Open` | 5 units of work, 3 of them on several servers |", markdown);
        Assert.Contains("| only at run time |", markdown);
        var json = JsonDocument.Parse(JsonReport.Render(joined)).RootElement.GetProperty("runtime");
        Assert.Equal(1, json.GetProperty("confirmed").GetInt32());
        Assert.Equal(0, json.GetProperty("leftOutLines").GetInt32());
        var site = json.GetProperty("series")[0].GetProperty("sites")[1];
        Assert.Equal(Count, site.GetProperty("methods")[0].GetString());
        Assert.Equal(0, site.GetProperty("after")[0].GetInt32());
        Assert.Contains("\"runtime\": \"confirmed\"", SarifReport.Render(joined, "0.1.0"));
        Assert.Contains("\"onlyAtRunTime\"", SarifReport.Render(joined, "0.1.0"));
        Assert.Contains("Orders.Open", HtmlReport.Render(joined));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"v":1,"type":"series","kind":"severalServers"}""")]
    [InlineData("""{"v":1,"type":"series","kind":"severalServers","unit":"code","count":1,"spread":1,"sites":[{"way":"rep""")]
    [InlineData("""{"v":1,"type":"sent","count":1,"way":"replica","methods":[null]}""")]
    [InlineData("""{"v":1,"type":"sent","count":1,"way":null,"methods":[]}""")]
    [InlineData("""{"v":1,"type":"sent","count":1,"way":"replica","methods":["M:A"],"at":[]}""")]
    [InlineData("""{"v":1,"type":"start","source":null}""")]
    [InlineData("""{"v":null,"type":"start"}""")]
    [InlineData(
        """{"v":1,"type":"series","kind":"severalServers","count":1,"spread":1,"sites":[{"way":"replica","methods":[],"after":[7]}]}"""
    )]
    public void A_bad_line_is_left_out_and_told(string line)
    {
        var joined = Joined(line, Series("severalServers", 5, 3, Site("replica", [0], Open)), "", line);

        Assert.NotNull(Of(joined, "Open").Seen);
        Assert.Equal(2, joined.Runtime!.LeftOut);
        var warning = Assert.Single(RuntimeLog.Read([_file], static f => Path.GetFileName(f)).Warnings);
        Assert.Equal(
            $"{Path.GetFileName(_file)}: 2 lines left out, the first at 2: a program that crashed or a full disk leaves half a line.",
            warning
        );
    }

    [Fact]
    public void A_line_of_another_version_is_left_out_and_told_and_a_type_that_is_new_is_nothing()
    {
        var joined = Joined("""{"v":2,"type":"start"}""", """{"v":1,"type":"new"}""");

        Assert.Equal(1, joined.Runtime!.LeftOut);
        Assert.Contains("another version of the detector", Assert.Single(RuntimeLog.Read([_file], f => f).Warnings));
    }

    [Theory]
    [InlineData("{}", ":1 is no line of the series detector's")]
    [InlineData("""{"v":2,"type":"start"}""", ":1: the line is of another version")]
    [InlineData("", "is empty")]
    [InlineData(" ", "is empty")]
    public void A_file_without_any_line_of_the_detectors_is_another_file(string line, string said)
    {
        File.WriteAllText(_file, line);
        var thrown = Assert.Throws<CliException>(() => RuntimeLog.Read([_file], f => f));
        Assert.Equal(ExitCodes.WrongUsage, thrown.ExitCode);
        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.Contains("cannot be read", Assert.Throws<CliException>(() => RuntimeLog.Read([_file + "x"], f => f)).Message);

    public void Dispose() => File.Delete(_file);

    private Report Joined(params string[] lines) =>
        JoinedAs(["""{"v":1,"type":"start","source":"shop","routing":"connection"}""", .. lines]);

    private Report JoinedAs(string[] lines)
    {
        File.WriteAllLines(_file, lines);
        return RuntimeJoiner.Join(ShopReport.OfShop(), RuntimeLog.Read([_file], static f => Path.GetFileName(f)));
    }

    private static RuntimeFinding Of(Report report, string method, string? rule = null) =>
        report.Runtime!.Findings.First(f => Regex.IsMatch(report.Units[f.Unit].Name, $@"\.{method}\b") && (rule is null || f.Rule == rule));

    private static string Series(string kind, int count, int spread, params string[] sites) =>
        $$"""{"v":1,"type":"series","kind":"{{kind}}","unit":"code","count":{{count}},"spread":{{spread}},"sites":[{{string.Join(',', sites)}}]}""";

    private static string Site(string way, int[] after, params string[] methods) =>
        $$"""{"way":"{{way}}","statements":2,"after":[{{string.Join(',', after)}}],"methods":["{{string.Join("\",\"", methods)}}"],"servers":["r1"]}""";
}
