using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MonotonicReads.Cli.Reports;

namespace MonotonicReads.Cli.Tests.Reports;

/// <summary>The page needs nothing besides, and no name in a code base is anything but a text on it.</summary>
public partial class HtmlReportTests
{
    private static readonly string Page = HtmlReport.Render(ShopReport.OfShop());

    [Fact]
    public void Nothing_is_fetched()
    {
        Assert.DoesNotMatch(Fetched(), Page.Replace(Data(), "", StringComparison.Ordinal));
        Assert.Contains("default-src 'none'", Page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<img src=\"https://example.org/a.png\">")]
    [InlineData("<link rel=stylesheet href=a.css>")]
    [InlineData("@import 'a.css'")]
    [InlineData("background: url(a.png)")]
    [InlineData("fetch('a')")]
    public void What_would_be_fetched_is_noticed(string text) => Assert.Matches(Fetched(), text);

    [Fact]
    public void Names_cannot_end_the_data_nor_become_markup()
    {
        Assert.Contains("onerror", Data(), StringComparison.Ordinal);
        Assert.DoesNotContain('<', Data());
        Assert.Equal(2, Regex.Count(Page, "</script>"));
        Assert.DoesNotContain("onerror", Page.Replace(Data(), "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_solution_s_name_cannot_become_markup()
    {
        var page = HtmlReport.Render(ShopReport.OfShop() with { Solution = "<b>{{script}}</b>" });

        Assert.Contains("<title>Read consistency of &lt;b&gt;{{script}}&lt;/b&gt;</title>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_allows_the_page_s_own_script_and_style_alone()
    {
        Assert.Contains($"script-src '{HashOf(Between("\n<script>", "</script>"))}'", Page, StringComparison.Ordinal);
        Assert.Contains($"style-src '{HashOf(Between("<style>", "</style>"))}'", Page, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", Page[..Page.IndexOf("<style>", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public void The_scripts_make_no_markup_of_texts()
    {
        Assert.DoesNotMatch(
            "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function",
            Between("\n<script>", "</script>")
        );
    }

    [Fact]
    public void The_data_is_the_json_of_the_report()
    {
        var whole = JsonDocument.Parse(JsonReport.Render(ShopReport.OfShop())).RootElement;

        Assert.True(JsonElement.DeepEquals(whole, JsonDocument.Parse(Data()).RootElement));
    }

    [Fact]
    public void The_parts_have_names_for_those_who_do_not_see_them()
    {
        foreach (Match section in Regex.Matches(Page, "<section [^>]*aria-labelledby=\"([^\"]+)\""))
        {
            Assert.Contains($"id=\"{section.Groups[1].Value}\"", Page, StringComparison.Ordinal);
        }

        Assert.Equal(Regex.Count(Page, "<section"), Regex.Count(Page, "<section [^>]*aria-labelledby"));
        Assert.Contains("<main>", Page, StringComparison.Ordinal);
        Assert.Contains("<nav aria-label", Page, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", Page, StringComparison.Ordinal);
    }

    private static string Data() => Between("<script type=\"application/json\" id=\"report\">", "</script>");

    private static string Between(string begin, string end)
    {
        var start = Page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return Page[start..Page.IndexOf(end, start, StringComparison.Ordinal)];
    }

    private static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(
        @"\b(src|href)\s*=\s*[""']?(?!#)\w|<link|@import|url\(|fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\("
    )]
    private static partial Regex Fetched();
}
