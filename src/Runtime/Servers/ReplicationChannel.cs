using System.Globalization;

namespace MonotonicReads.Servers;

/// <summary>What a replica says of one of its sources, in the words of all kinds and versions: <c>Replica_IO_Running</c> and
/// <c>Slave_IO_Running</c> are one.</summary>
internal sealed class ReplicationChannel
{
    private const int LongestError = 1000;

    private readonly Dictionary<string, string> _row;

    /// <param name="row">The cells of its row.</param>
    public ReplicationChannel(IEnumerable<Cell> row)
    {
        _row = row.ToDictionary(cell => OldName(cell.Name), cell => cell.Value ?? "", StringComparer.OrdinalIgnoreCase);
        (Receiver, Applier) = (Thread("Slave_IO_Running", "Last_IO_"), Thread("Slave_SQL_Running", "Last_SQL_"));
    }

    /// <summary>Empty for the one that has no name.</summary>
    public string Name => Value("Connection_name") is { Length: > 0 } name ? name : Value("Channel_Name");

    /// <summary>The host of its source as this server reaches it, which may be another than ours.</summary>
    public string SourceHost => Value("Master_Host");

    public string SourcePort => Value("Master_Port");

    /// <summary>MySQL: the source's <c>server_uuid</c>; empty before the first connection to it.</summary>
    public string SourceUuid => Value("Master_UUID");

    /// <summary>The source's <c>server_id</c>; empty before the first connection to it.</summary>
    public string SourceId => Value("Master_Server_Id") is "0" ? "" : Value("Master_Server_Id");

    /// <summary>Whether its source is a server: by UUIDs where both have one, since every cluster may give a number again.</summary>
    /// <param name="id">The server's id; empty where it is not known.</param>
    /// <param name="uuid">Its UUID; empty where it has none.</param>
    public bool IsFrom(string id, string uuid) =>
        SourceUuid.Length > 0 && uuid.Length > 0
            ? string.Equals(SourceUuid, uuid, StringComparison.OrdinalIgnoreCase)
            : SourceId.Length > 0 && SourceId == id;

    /// <summary>The IO thread.</summary>
    public ReplicationThread Receiver { get; }

    /// <summary>The SQL thread.</summary>
    public ReplicationThread Applier { get; }

    /// <summary>How many seconds behind it says that it is, or is told to be; null where it does not say. Only what runs on both sides
    /// says something: with a thread that stands still the number stands still, or is that of what was received.</summary>
    public double? Seconds =>
        State == ReplicationState.Running
        && double.TryParse(Value("Seconds_Behind_Master"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? Math.Max(seconds, Delay)
            : null;

    /// <summary>By how many seconds it is told to be behind.</summary>
    public long Delay => long.TryParse(Value("SQL_Delay"), NumberStyles.None, CultureInfo.InvariantCulture, out var delay) ? delay : 0;

    public ReplicationState State => Applier.State != ReplicationState.Running ? Applier.State : Receiver.State;

    /// <summary>A column by its name of before MySQL 8.0.22; empty where there is none.</summary>
    public string Value(string column) => _row.GetValueOrDefault(column, "");

    /// <summary>Whether it gets what its source writes, or tries to: one that was stopped is what is left of a former place.</summary>
    public bool IsLive => Receiver.State is ReplicationState.Running or ReplicationState.Connecting;

    /// <summary>What does not run, in words of ours; empty where all does.</summary>
    public string Problem
    {
        get
        {
            var of = Name.Length > 0 ? $" of '{Name}'" : "";
            List<string> parts = [.. Parts($"receiver{of} (IO thread)", Receiver), .. Parts($"applier{of} (SQL thread)", Applier)];
            return parts.Count == 0 ? "" : $"its {string.Join(", and its ", parts)}";
        }
    }

    /// <summary>The server's own text of its errors; empty for none. It may have rows and addresses in it.</summary>
    public string Text => string.Join("; ", new[] { Receiver.Text, Applier.Text }.Where(static text => text.Length > 0));

    private static IEnumerable<string> Parts(string name, ReplicationThread thread)
    {
        var error = thread.Error.Length > 0 ? $": {thread.Error}" : "";
        return thread.State switch
        {
            ReplicationState.Connecting => [$"{name} has no connection to its source{error}"],
            ReplicationState.Stopped => [$"{name} was stopped"],
            ReplicationState.Failed => [$"{name} ended{error}"],
            _ => [],
        };
    }

    private ReplicationThread Thread(string column, string errors)
    {
        var number = Value(errors + "Errno");
        var hasError = number is not ("" or "0");
        var state = Value(column).ToUpperInvariant() switch
        {
            "YES" => ReplicationState.Running,
            "NO" => hasError ? ReplicationState.Failed : ReplicationState.Stopped,
            "CONNECTING" or "PREPARING" => ReplicationState.Connecting,
            _ => ReplicationState.Unknown,
        };
        return hasError
            ? new ReplicationThread(state, ServerError.Describe(number), $"error {number}, {OneLine(Value(errors + "Error"))}")
            : new ReplicationThread(state, Error: "", Text: "");
    }

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Length > LongestError ? line[..LongestError] + "..." : line;
    }

    private static string OldName(string column) =>
        column
            .Replace("Source", "Master", StringComparison.OrdinalIgnoreCase)
            .Replace("Replica_", "Slave_", StringComparison.OrdinalIgnoreCase);
}

/// <summary>One of a replica's two threads.</summary>
/// <param name="State">Whether it runs.</param>
/// <param name="Error">Its last error, number first, in words of ours; empty for none.</param>
/// <param name="Text">The same in the server's.</param>
internal readonly record struct ReplicationThread(ReplicationState State, string Error, string Text);
