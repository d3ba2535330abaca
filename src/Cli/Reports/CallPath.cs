using System.Collections.Immutable;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports;

/// <summary>The shortest way from a place in a body down to a statement.</summary>
internal static class CallPath
{
    /// <summary>The places on the way, the first being the one asked for and the last a statement.</summary>
    /// <param name="report">The report.</param>
    /// <param name="method">The body.</param>
    /// <param name="site">The place in it.</param>
    /// <param name="reads">Whether a read is looked for, and not a write.</param>
    public static ImmutableArray<(int Method, int Site)> To(Report report, int method, int site, bool reads)
    {
        var start = (method, site);
        var from = new Dictionary<(int Method, int Site), (int, int)?> { [start] = null };
        var seen = new HashSet<int> { method };
        var pending = new Queue<(int Method, int Site)>([start]);
        while (pending.TryDequeue(out var place))
        {
            var at = report.Methods[place.Method].Sites[place.Site];
            if (at.Calls.IsEmpty && (reads ? at.Reads : at.Writes))
            {
                return Back(place, from);
            }

            foreach (var callee in at.Calls.Where(seen.Add))
            {
                for (var i = 0; i < report.Methods[callee].Sites.Length; i++)
                {
                    if (reads ? report.Methods[callee].Sites[i].Reads : report.Methods[callee].Sites[i].Writes)
                    {
                        from[(callee, i)] = place;
                        pending.Enqueue((callee, i));
                    }
                }
            }
        }

        return [start];
    }

    private static ImmutableArray<(int Method, int Site)> Back(
        (int Method, int Site) last,
        Dictionary<(int Method, int Site), (int, int)?> from
    )
    {
        var way = new List<(int, int)>();
        for ((int, int)? place = last; place is { } here; place = from[here])
        {
            way.Add(here);
        }

        way.Reverse();
        return [.. way];
    }
}
