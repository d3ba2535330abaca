using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>A statement that was sent while it was looked at.</summary>
/// <param name="Server">Where to.</param>
/// <param name="Text">Its text.</param>
/// <param name="Parameters">Its parameters' names and values.</param>
/// <param name="IsBatch">Whether it is several.</param>
internal sealed record SentStatement(string Server, string Text, IReadOnlyList<(string Name, object? Value)> Parameters, bool IsBatch)
{
    /// <summary>What is known of the driver's command or batch.</summary>
    public static SentStatement Of(string server, object statement) =>
        statement is DbCommand command
            ? new SentStatement(
                server,
                command.CommandText,
                [.. command.Parameters.Cast<DbParameter>().Select(parameter => (parameter.ParameterName, parameter.Value))],
                IsBatch: false
            )
            : new SentStatement(
                server,
                string.Join("; ", ((DbBatch)statement).BatchCommands.Select(inner => inner.CommandText)),
                [],
                IsBatch: true
            );

    /// <summary>On one line.</summary>
    public string Line => string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
