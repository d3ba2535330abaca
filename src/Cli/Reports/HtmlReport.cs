using System.Net;
using System.Security.Cryptography;
using System.Text;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports;

/// <summary>
/// The report as one page that asks for nothing besides: style, scripts and data are in it. The page's policy allows the scripts that it
/// brings, by their hashes, and none else, so that no name in a code base can become one.
/// </summary>
internal static class HtmlReport
{
    /// <summary>In the order in which they build on one another.</summary>
    private static readonly string[] Scripts =
    [
        "elements.js",
        "model.js",
        "timeline.js",
        "callgraph.js",
        "overview.js",
        "details.js",
        "units.js",
        "theme.js",
    ];

    public static string Render(Report report)
    {
        var style = Embedded.Text("page.css");
        var script = string.Join("\n", Scripts.Select(Embedded.Text));
        return Fill(
            Embedded.Text("page.html"),
            new()
            {
                ["title"] = WebUtility.HtmlEncode($"Read consistency of {report.Solution}"),
                ["policy"] =
                    $"default-src 'none'; style-src '{HashOf(style)}'; script-src '{HashOf(script)}'; base-uri 'none'; form-action 'none'",
                ["style"] = style,
                // The encoder writes every `<` as \u003C, so that no text ends the element.
                ["data"] = JsonReport.Render(report, indented: false).TrimEnd(),
                ["script"] = script,
            }
        );
    }

    private static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Replaces each <c>{{name}}</c> once; what is put in is not looked at again.</summary>
    private static string Fill(string template, Dictionary<string, string> values)
    {
        var page = new StringBuilder();
        var at = 0;
        while (template.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = template.IndexOf("}}", open, StringComparison.Ordinal);
            page.Append(template, at, open - at).Append(values[template[(open + 2)..close]]);
            at = close + 2;
        }

        return page.Append(template, at, template.Length - at).ToString();
    }
}
