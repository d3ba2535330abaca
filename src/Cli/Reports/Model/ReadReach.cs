using System.Collections.Immutable;

namespace MonotonicReads.Cli.Reports.Model;

/// <summary>Which bodies are come to from where, over the calls that the rules follow.</summary>
internal sealed class ReadReach(IReadOnlyList<ReportMethod> methods)
{
    private readonly Dictionary<int, ImmutableArray<int>> _known = [];

    /// <summary>A body and all that it comes to.</summary>
    public ImmutableArray<int> From(int method)
    {
        if (_known.TryGetValue(method, out var known))
        {
            return known;
        }

        var seen = new SortedSet<int> { method };
        var pending = new Stack<int>([method]);
        while (pending.TryPop(out var next))
        {
            foreach (var callee in methods[next].Sites.SelectMany(static s => s.Calls).Where(seen.Add))
            {
                pending.Push(callee);
            }
        }

        return _known[method] = [.. seen];
    }

    /// <summary>The places of statements that one site comes to: itself, or all of those that its call comes to.</summary>
    public IEnumerable<(int Method, int Site)> StatementsAt(int method, int site)
    {
        var calls = methods[method].Sites[site].Calls;
        return calls.IsEmpty
            ? [(method, site)]
            : calls
                .SelectMany(c => From(c))
                .Distinct()
                .SelectMany(m =>
                    Enumerable.Range(0, methods[m].Sites.Length).Where(s => methods[m].Sites[s].Calls.IsEmpty).Select(s => (m, s))
                );
    }
}
