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
        await WriteAsync(state.Path, text, BaselineChanges.Adding(text, entries), cancellation);
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
        await WriteAsync(state.Path, text, added, cancellation);
    }

    private static async Task WriteAsync(string path, SourceText text, IReadOnlyList<TextChange> changes, CancellationToken cancellation)
    {
        // What a link leads to is written, not the link replaced.
        path = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
        var beside = path + ".new";
        try
        {
            await using (var writer = new StreamWriter(beside, append: false, text.Encoding ?? new UTF8Encoding(false)))
            {
                await writer.WriteAsync(text.WithChanges(changes).ToString().AsMemory(), cancellation);
            }

            if (File.Exists(path) && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(beside, File.GetUnixFileMode(path));
            }

            File.Move(beside, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.WrongUsage(
                $"{path} cannot be written: {exception.Message} Baselines that come before it by path are written; run it again."
            );
        }
        finally
        {
            if (File.Exists(beside))
            {
                File.Delete(beside);
            }
        }
    }
}
