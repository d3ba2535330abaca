using System.Collections.Immutable;

namespace MonotonicReads.Cli.Loading;

/// <summary>Which code is to be read, and how.</summary>
/// <param name="Solution">The user's SOLUTION; null for the working directory.</param>
/// <param name="IgnoresErrors">Whether to go on where something does not load or compile.</param>
/// <param name="Properties">MSBuild's global properties, as <c>dotnet build -p:</c> sets them.</param>
internal sealed record LoadRequest(string? Solution, bool IgnoresErrors, ImmutableDictionary<string, string> Properties);
