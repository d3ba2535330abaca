using System.Text;
using MonotonicReads.Cli.Reports;
using MonotonicReads.Cli.Reports.Model;
using Spectre.Console;

namespace MonotonicReads.Cli.Explaining;

/// <summary>One finding on a terminal: what it says, why that matters, which reads meet through which calls, what settles it.</summary>
internal static class FindingExplanation
{
    /// <summary>Calls below this depth are left out, as is what a body comes to again.</summary>
    private const int MostDepth = 12;

    private const int MostLeaves = 40;

    private const int MostWidth = 110;

    /// <param name="console">Where it is written.</param>
    /// <param name="report">The report.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="finding">The finding.</param>
    /// <param name="fixes">The titles of the fixes that a light bulb offers.</param>
    public static void Write(IAnsiConsole console, Report report, ReportUnit unit, ReportFinding finding, IReadOnlyList<string> fixes)
    {
        console.Write(new Text($"{finding.Rule} in {unit.Name}", new Style(decoration: Decoration.Bold)));
        console.WriteLine($"  {finding.Place}  {Words.Of(finding.State)}");
        console.WriteLine();
        Paragraph(console, (finding.State > ReportState.Suppressed ? "Without what settles it: " : "") + finding.Message + ".");
        if (StateText(finding) is { } state)
        {
            Paragraph(console, state);
        }

        Head(console, "What can happen");
        Paragraph(console, Story(report, unit, finding));
        Head(console, "What meets, and the calls to it");
        console.Write(TreeOf(report, unit, finding));
        console.WriteLine();
        Head(console, finding.State <= ReportState.Suppressed ? "What settles it" : "What else would settle it");
        foreach (var remedy in Remedies.For(finding.Rule))
        {
            console.Write(new Text(remedy.Code, new Style(Color.Green)));
            console.WriteLine();
            Prose(console, $"{remedy.Does} Costs: {remedy.Costs}.", indent: 4);
        }

        console.WriteLine();
        if (finding.Rule == "MR1003")
        {
            Paragraph(console, "[Monotonic] does not help here: the session's one replica can lag too.");
        }

        Head(console, "What the light bulb offers");
        Paragraph(
            console,
            finding.State > ReportState.Suppressed ? "Nothing: it is settled."
                : finding.State == ReportState.Suppressed ? "Nothing: it is kept quiet."
                : fixes.Count == 0 ? "Nothing for this place: write one of the above."
                : string.Join("\n", fixes.Select(static f => "- " + f))
        );
        console.WriteLine($"The rule: dotnet monotonic-reads explain {finding.Rule}");
    }

    private static string? StateText(ReportFinding finding) =>
        finding.Because is { } because
            ? (because.By == "its callers" ? "All its callers declare it" : $"Settled by {because.By}")
                + (because.On is { } on ? $" on {on}" : "")
                + (because.Place is { } place ? $" ({place})" : "")
                + (because.Reason is { } reason ? $": {reason}" : "")
                + "."
        : finding.State == ReportState.Open ? null
        : char.ToUpperInvariant(Words.Meaning(finding.State)[0]) + Words.Meaning(finding.State)[1..] + ".";

    private static string Story(Report report, ReportUnit unit, ReportFinding finding)
    {
        if (finding.Meetings is not [var meeting, ..])
        {
            return finding.Message;
        }

        var sites = report.Methods[unit.Method].Sites;
        var (earlier, later) = (Named(sites[meeting.Earlier]), Named(sites[meeting.Later]));
        var isLoop = meeting.Earlier == meeting.Later;
        return finding.Rule == "MR1003" || !sites[meeting.Earlier].Reads
            ? $"{earlier} writes on the primary. {(isLoop ? "The next iteration's read" : later)} is answered by a replica that has "
                + "not applied that write yet: what was just saved is missing from the answer."
            : $"{earlier} is answered by a replica that has a change already, {(isLoop ? "the next iteration's" : later)} by one that "
                + "lags and has not: what is made of both has the change in one part and misses it in the other, as though time had run "
                + "backwards.";
    }

    private static Tree TreeOf(Report report, ReportUnit unit, ReportFinding finding)
    {
        var tree = new Tree(new Text(unit.Name)) { Guide = TreeGuide.Line };
        var left = MostLeaves;
        var isAfterWrite = finding.Rule == "MR1003";
        var earlier = finding.Meetings.Select(static m => m.Earlier).ToHashSet();
        var later = finding.Meetings.Select(static m => m.Later).ToHashSet();
        foreach (var site in earlier.Union(later).Order())
        {
            var wants = new Wanted(later.Contains(site) || !isAfterWrite, isAfterWrite && earlier.Contains(site));
            AddSite(tree, report, unit.Method, site, wants, [unit.Method], ref left);
        }

        return tree;
    }

    private static void AddSite(IHasTreeNodes parent, Report report, int method, int index, Wanted wants, HashSet<int> above, ref int left)
    {
        var site = report.Methods[method].Sites[index];
        var node = parent.AddNode(new Text(SiteText(site)));
        left--;
        foreach (var callee in site.Calls)
        {
            var body = report.Methods[callee];
            if (!body.Sites.Any(wants.Has))
            {
                continue;
            }

            if (left <= 0)
            {
                node.AddNode(new Text("…"));
                return;
            }

            if (!above.Add(callee) || above.Count > MostDepth)
            {
                node.AddNode(new Text($"{body.Name}  {body.Place}  (as above)"));
                continue;
            }

            var called = node.AddNode(new Text($"{body.Name}  {body.Place}"));
            for (var i = 0; i < body.Sites.Length; i++)
            {
                if (wants.Has(body.Sites[i]))
                {
                    AddSite(called, report, callee, i, wants, above, ref left);
                }
            }
        }
    }

    private static string SiteText(ReportSite site)
    {
        var where = site.Read is { } fate && ReadEstimate.Stays(fate) ? " on the primary" : "";
        var through = site.Through is { } detour ? $", through {detour}" : "";
        var library = site.Library is null ? "" : $" ({site.Library})";
        return $"line {site.Place.Line}: {site.Name}{library} {Words.Does(site)}{where}{through}"
            + (site.Statement is { } statement ? $"\n{statement}" : "");
    }

    private static string Named(ReportSite site) => $"'{site.Name}' (line {site.Place.Line})";

    private static void Head(IAnsiConsole console, string text)
    {
        console.Write(new Text(text, new Style(decoration: Decoration.Bold)));
        console.WriteLine();
    }

    private static void Paragraph(IAnsiConsole console, string text)
    {
        foreach (var line in text.Split('\n'))
        {
            Prose(console, line);
        }

        console.WriteLine();
    }

    /// <summary>Broken where the terminal ends, and where lines get too long to be read.</summary>
    private static void Prose(IAnsiConsole console, string text, int indent = 0)
    {
        var width = Math.Max(20, Math.Min(console.Profile.Width - 1, MostWidth) - indent);
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                End();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        End();

        void End()
        {
            console.WriteLine(new string(' ', indent) + line);
            line.Clear();
        }
    }

    private readonly record struct Wanted(bool Reads, bool Writes)
    {
        public bool Has(ReportSite site) => (Reads && site.Reads) || (Writes && site.Writes);
    }
}
