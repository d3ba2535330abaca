using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>A series whose number of reads is proved and not written; a light bulb, never a message.</summary>
internal static class MR1007SeriesCouldBePlanned
{
    public const string Id = "MR1007";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Series could be planned",
        "'{0}' makes at most {1} reads one after the other: planned, they would share one connection",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Hidden,
        isEnabledByDefault: true,
        description: "Between planned reads the wrapper's session keeps its connection, which saves an opening and a reset for each.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    public static void Report(IMethodSymbol method, ReadCount reads, SeriesPlan plan, SummarySearch search, Action<Diagnostic> report)
    {
        if (plan.Reads != 0 || new ProvedReads(search).Of(method, reads) is not (> 1 and var proved))
        {
            return;
        }

        var number = proved.ToString(CultureInfo.InvariantCulture);
        var properties = ImmutableDictionary<string, string?>.Empty.Add(SeriesPlan.ReadsProperty, number);
        properties = plan.TakesArgument ? properties.Add(SeriesPlan.ArgumentProperty, null) : properties;
        properties = plan.HasOtherVersions ? properties : properties.Add(SeriesPlan.MemberProperty, plan.Member);
        report(Diagnostic.Create(Descriptor, plan.Declaration.Identifier.GetLocation(), properties, method.Name, number));
    }
}
