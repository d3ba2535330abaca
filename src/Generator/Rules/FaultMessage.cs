using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>How faults are told: each site by its name and line, and every site as a further location.</summary>
internal static class FaultMessage
{
    /// <summary>A property of reports about a read after a write, which [Monotonic] does not settle.</summary>
    public const string AfterWriteProperty = "AfterWrite";

    /// <summary>A property of such reports: where the body begins the sessions in which it reads, each read having one.</summary>
    public const string SessionsProperty = "Sessions";

    /// <summary>A property of such reports: each read's session has what was written before it.</summary>
    public const string KnownToSessionProperty = "KnownToSession";

    /// <summary>One report for all faults of one kind in a method, named after the first.</summary>
    public static void Report(
        DiagnosticDescriptor descriptor,
        ReportedUnit unit,
        IReadOnlyList<Fault> faults,
        Func<int, string> count,
        Action<Diagnostic> report,
        CancellationToken cancellation,
        string? through = null,
        bool isAfterWrite = false
    )
    {
        var sites = faults.SelectMany(f => new[] { f.Earlier, f.Read }).Distinct().OrderBy(s => s.Position).ToList();
        var first = faults[0];
        string[] told =
        [
            unit.Name,
            count(sites.Count),
            .. through is null ? Array.Empty<string>() : [through],
            Named(first.Earlier),
            first.Earlier == first.Read ? "the same call in the next iteration" : Named(first.Read),
            unit.Remedy(isAfterWrite),
        ];
        report(
            Diagnostic.Create(
                descriptor,
                unit.Place(first.Read.Operation.Syntax, sites[0].Location, cancellation),
                additionalLocations: sites.Select(s => s.Location),
                isAfterWrite ? AfterWrite(unit.Properties, faults) : unit.Properties,
                told
            )
        );
    }

    private static ImmutableDictionary<string, string?> AfterWrite(
        ImmutableDictionary<string, string?> properties,
        IReadOnlyList<Fault> faults
    )
    {
        properties = properties.Add(AfterWriteProperty, null);
        var begun = faults.Select(static f => (f.Session as IOperation)?.Syntax.SpanStart).ToList();
        if (begun.Contains(null))
        {
            return properties;
        }

        properties = properties.Add(
            SessionsProperty,
            string.Join(",", begun.Distinct().Select(static p => p!.Value.ToString(CultureInfo.InvariantCulture)))
        );
        return faults.All(static f => f.IsKnownToSession) ? properties.Add(KnownToSessionProperty, null) : properties;
    }

    /// <summary>A site by its name and line.</summary>
    public static string Named(Site site) => $"'{site.Name}' (line {site.Location.GetLineSpan().StartLinePosition.Line + 1})";
}
