namespace MonotonicReads.Servers;

/// <summary>What a replica says of the way in which it gets what is written.</summary>
/// <param name="Channels">Its sources.</param>
internal sealed record ReplicationStatus(IReadOnlyList<ReplicationChannel> Channels)
{
    // Those of group replication do not run while all is well.
    private const string OfGroups = "group_replication_";

    /// <summary>The status as the server's rows tell it.</summary>
    /// <param name="cells">The cells of all rows; each row begins with the same column.</param>
    public static ReplicationStatus Of(IReadOnlyList<Cell> cells)
    {
        var rows = new List<List<Cell>>();
        foreach (var cell in cells)
        {
            if (cell.Name == cells[0].Name)
            {
                rows.Add([]);
            }

            rows[^1].Add(cell);
        }

        return new ReplicationStatus([
            .. rows.Select(row => new ReplicationChannel(row))
                .Where(channel => !channel.Name.StartsWith(OfGroups, StringComparison.OrdinalIgnoreCase)),
        ]);
    }

    /// <summary>Whether a server's variables say that it needs no source to be up to date.</summary>
    public static bool IsNotByLog(IReadOnlyDictionary<string, string> variables) =>
        variables.GetValueOrDefault("wsrep_on") is "ON" or "1"
        || variables.GetValueOrDefault("aurora_version") is { Length: > 0 }
        || variables.GetValueOrDefault("group_replication_group_name") is { Length: > 0 };

    /// <summary>The variables that <see cref="IsNotByLog"/> looks at, in the words of a list.</summary>
    public const string VariablesOfOtherMeans = "'wsrep_on', 'aurora_version', 'group_replication_group_name'";

    /// <summary>The channels that bring what the primary writes; all of them where none can be told to be such.</summary>
    /// <param name="primary">The primary's ids, as servers tell them: "server_id=1 server_uuid=...".</param>
    public ReplicationStatus From(string primary)
    {
        var (id, uuid) = (Id(primary, "server_id="), Id(primary, "server_uuid="));
        return Channels.Where(channel => channel.IsFrom(id, uuid)).ToList() is { Count: > 0 } own ? new ReplicationStatus(own) : this;
    }

    private static string Id(string ids, string name) =>
        ids.Split(' ').FirstOrDefault(id => id.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";

    /// <summary>That of the channel which is worst off.</summary>
    public ReplicationState State =>
        Channels.Count == 0
            ? ReplicationState.NotConfigured
            : Channels.Select(channel => channel.State).MaxBy(state => state == ReplicationState.Running ? -1 : (int)state);

    /// <summary>Whether all that is received is applied.</summary>
    public bool Applies => Channels.Count > 0 && Channels.All(channel => channel.Applier.State == ReplicationState.Running);

    /// <summary>How many seconds behind it is by the channel that is furthest behind; null where one does not say.</summary>
    public double? Seconds =>
        Channels.Count > 0 && Channels.All(channel => channel.Seconds is not null) ? Channels.Max(channel => channel.Seconds) : null;

    /// <summary>The server's own text of what went wrong; null for none. It may have rows and addresses in it.</summary>
    public string? Text =>
        string.Join("; ", Channels.Select(channel => channel.Text).Where(text => text.Length > 0)) is { Length: > 0 } texts ? texts : null;

    /// <summary>Why nobody knows how far behind it is; null where that is known.</summary>
    public string? Problem =>
        Channels.Count == 0 ? "it follows no server"
        : string.Join("; ", Channels.Select(channel => channel.Problem).Where(problem => problem.Length > 0)) is { Length: > 0 } problems
            ? problems
        : Seconds is null ? "it does not say how far behind it is"
        : null;
}
