using System.Data;
using System.Data.Common;
using MonotonicReads.Routing;
using MonotonicReads.Sql;

namespace MonotonicReads.Testing;

/// <summary>A statement that was sent while it was looked at.</summary>
/// <param name="Server">Where to.</param>
/// <param name="Text">Its text.</param>
/// <param name="IsBatch">Whether it is several.</param>
internal sealed record SentStatement(string Server, string Text, bool IsBatch)
{
    /// <summary>What a server shows that shows the present, in place of the number of a moment.</summary>
    public const int Present = int.MaxValue;

    /// <summary>Its parameters, copied.</summary>
    public IReadOnlyList<DbParameter> Parameters { get; private init; } = [];

    /// <summary>What its text is.</summary>
    public CommandType Type { get; private init; } = CommandType.Text;

    /// <summary>The number of the moment that the server showed.</summary>
    public int Moment { get; init; } = Present;

    /// <summary>The session in which it ran; null outside one.</summary>
    public Guid? Session { get; init; }

    /// <summary>Whether it changes data, or calls a procedure, which may.</summary>
    public bool Writes { get; private init; }

    /// <summary>Whether a server that shows it again answers the same, as long as nothing is written.</summary>
    public bool IsPlainRead { get; private init; }

    /// <summary>Whether it failed.</summary>
    public bool HasFailed { get; set; }

    /// <summary>On one line.</summary>
    public string Line => string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What is known of the driver's command or batch.</summary>
    public static SentStatement Of(string server, object statement)
    {
        if (statement is not DbCommand command)
        {
            var texts = ((DbBatch)statement).BatchCommands.Select(static inner => inner.CommandText).ToList();
            return new SentStatement(server, string.Join("; ", texts), IsBatch: true) { Writes = texts.Exists(IsWriting) };
        }

        var isText = command.CommandType == CommandType.Text;
        return new SentStatement(server, command.CommandText, IsBatch: false)
        {
            Parameters = [.. command.Parameters.Cast<DbParameter>().Select(parameter => CopyOf(command, parameter))],
            Type = command.CommandType,
            Writes = isText ? IsWriting(command.CommandText) : server == ReplicaSet.PrimaryName,
            IsPlainRead = isText && PlainRead.IsProven(command.CommandText),
        };
    }

    /// <summary>Whether another is the same question.</summary>
    public bool Asks(SentStatement other) =>
        Text == other.Text
        && Parameters.Count == other.Parameters.Count
        && Parameters.Zip(other.Parameters).All(static pair => Equals(pair.First.Value, pair.Second.Value));

    private static bool IsWriting(string text) => PlainRead.Of(text).Change != DataChange.None;

    // The driver's own types are in its own copy alone.
    private static DbParameter CopyOf(DbCommand command, DbParameter parameter)
    {
        if (parameter is ICloneable cloneable && cloneable.Clone() is DbParameter clone)
        {
            return clone;
        }

        var copy = command.CreateParameter();
        (copy.ParameterName, copy.Value, copy.Direction) = (parameter.ParameterName, parameter.Value, parameter.Direction);
        return copy;
    }
}
