using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Cli.Output;

/// <summary>Writes a text file, whole or not at all.</summary>
internal static class WholeFile
{
    /// <exception cref="CliException">The file cannot be written.</exception>
    public static async Task WriteAsync(string path, SourceText text, IReadOnlyList<TextChange> changes, CancellationToken cancellation)
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
                $"{path} cannot be written: {exception.Message} Files that come before it by path are written; run it again."
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
