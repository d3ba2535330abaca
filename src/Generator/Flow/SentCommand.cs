using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>A command as it is sent at one site, its parts resolved as far as the body shows them.</summary>
internal sealed record SentCommand
{
    /// <summary>How far the statement lies from the site.</summary>
    public int Distance { get; init; }

    /// <summary>What the site reaches it through.</summary>
    public Detour Through { get; init; }

    public Items<string> Texts { get; init; } = [];

    public bool ForRows { get; init; }

    public bool IsProcedure { get; init; }

    public bool InTransaction { get; init; }

    public object? Transaction { get; init; }

    public bool OnPrimary { get; init; }

    public object? Connection { get; init; }

    public object? Command { get; init; }

    /// <summary>Sent through a context, which opens and closes its connection around each command outside a transaction.</summary>
    public bool OpensPerCommand { get; init; }

    /// <summary>What has to hold of the parameters of the body around, besides what its path has asked.</summary>
    public Items<Guard> Guards { get; init; } = [];
}
