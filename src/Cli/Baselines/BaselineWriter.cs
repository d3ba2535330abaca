using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Cli.Output;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Cli.Baselines;

/// <summary>Writes a baseline, whole or not at all.</summary>
internal static class BaselineWriter
{
    /// <summary>Adds what is new; a file that is not there begins with a few words on what it is.</summary>
    /// <returns>The number of lines that came.</returns>
    public static async Task<int> AddAsync(BaselineState state, CancellationToken cancellation)
    {
        ImmutableArray<BaselineEntry> entries = [.. state.NewEntries];
        var text = state.Text ?? SourceText.From(BaselineChanges.Header, new UTF8Encoding(false));
        await WholeFile.WriteAsync(state.Path, text, BaselineChanges.Adding(text, entries), cancellation);
        return entries.Length;
    }

    /// <summary>Removes what is stale, adds what is new, or both.</summary>
    public static async Task UpdateAsync(BaselineState state, bool removes, bool adds, CancellationToken cancellation)
    {
        var text = state.Text!;
        if (removes)
        {
            var stale = state.Stale.Select(static line => line.Text).ToHashSet(StringComparer.Ordinal);
            text = text.WithChanges(BaselineChanges.Removing(text, entry => stale.Contains(entry.Line)));
        }

        var added = adds ? BaselineChanges.Adding(text, state.NewEntries) : [];
        await WholeFile.WriteAsync(state.Path, text, added, cancellation);
    }
}
