using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Generator.Options;

/// <summary>The options of <c>.editorconfig</c> under the prefix <c>monotonic_reads.</c> that hold for one file.</summary>
internal sealed record ReadOptions(RoutingMode Routing)
{
    public const string RoutingKey = "monotonic_reads.routing";

    public static readonly ReadOptions Default = new(RoutingMode.Statement);

    /// <summary>A missing or unknown value leaves the default.</summary>
    public static ReadOptions For(AnalyzerConfigOptionsProvider provider, SyntaxTree tree)
    {
        if (!provider.GetOptions(tree).TryGetValue(RoutingKey, out var routing) && !provider.GlobalOptions.TryGetValue(RoutingKey, out routing))
        {
            return Default;
        }

        return string.Equals(routing.Trim(), "connection", StringComparison.OrdinalIgnoreCase) ? new ReadOptions(RoutingMode.Connection) : Default;
    }
}
