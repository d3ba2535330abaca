using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// One command that a call may send, in terms of the method's parameters, so that the caller's arguments decide.
/// </summary>
internal sealed record CallEffect
{
    /// <summary>The text of any read, where the method's own texts decided that it is one.</summary>
    public static readonly Items<string> Read = ["SELECT a FROM t"];

    /// <summary>The text of any write, likewise.</summary>
    public static readonly Items<string> Write = ["DELETE FROM t"];

    /// <summary>
    /// Effects further away than this are dropped. A call that is all that a body does costs nothing, however long the chain; one that a
    /// body comes to for certain costs 1, any other 2: at each of them it becomes less sure that the piece of work comes there.
    /// </summary>
    public const int MaxDistance = 6;

    /// <summary>How far the bodies that do more than pass on are between the method and the statement.</summary>
    public int Distance { get; init; }

    /// <summary>What it is reached through.</summary>
    public Detour Through { get; init; }

    /// <summary>The command's texts, with parameters in them as <see cref="SqlText.Parameter"/> marks.</summary>
    public Items<string> Texts { get; init; } = [];

    public bool ForRows { get; init; }

    public bool IsProcedure { get; init; }

    /// <summary>Certain to run on the primary, or in a transaction of the method's own that does.</summary>
    public bool OnPrimary { get; init; }

    /// <summary>The parameter whose transaction pins it, where its argument is not null.</summary>
    public int? Transaction { get; init; }

    /// <summary>True where that parameter is declared so that it cannot be null: only a literal null at the call says otherwise.</summary>
    public bool IsCertainTransaction { get; init; }

    /// <summary>The parameter whose connection it goes through.</summary>
    public int? Connection { get; init; }

    /// <summary>True where it goes through a context that opens its connection for each command.</summary>
    public bool OpensPerCommand { get; init; }

    /// <summary>The parameter that is the command.</summary>
    public int? Command { get; init; }

    /// <summary>The delegate parameters that may have run before it, as bits.</summary>
    public ulong AfterDelegates { get; init; }

    /// <summary>It is there only for arguments that pass all of these.</summary>
    public Items<Guard> Guards { get; init; } = [];
}
