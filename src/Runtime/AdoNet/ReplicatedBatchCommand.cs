using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MonotonicReads.Routing;
using MonotonicReads.Servers;

namespace MonotonicReads.AdoNet;

/// <summary>
/// A command of a <see cref="ReplicatedBatch"/>: the driver's own batch command, whose text carries what a proxy must be told while it
/// runs.
/// </summary>
internal sealed class ReplicatedBatchCommand(DbBatchCommand inner) : DbBatchCommand
{
    private string? _text;

    public DbBatchCommand Inner => inner;

    [AllowNull]
    public override string CommandText
    {
        get => _text ?? inner.CommandText;
        set
        {
            inner.CommandText = value!;
            _text = null;
        }
    }

    public override CommandType CommandType
    {
        get => inner.CommandType;
        set => inner.CommandType = value;
    }

    public override int RecordsAffected => inner.RecordsAffected;

    public override bool CanCreateParameter => inner.CanCreateParameter;

    protected override DbParameterCollection DbParameterCollection => inner.Parameters;

    public override DbParameter CreateParameter() => inner.CreateParameter();

    /// <summary>The value of a parameter; null where there is none.</summary>
    public object? ValueOf(string parameter) =>
        inner.Parameters.IndexOf(parameter) is >= 0 and var index ? inner.Parameters[index].Value : null;

    /// <summary>Writes the text as the proxy gets it; callers go on seeing their own.</summary>
    /// <param name="addressing">How the proxy is told.</param>
    /// <param name="server">Where it shall run.</param>
    /// <param name="toPrepare">Whether it shall be prepared.</param>
    /// <returns>Whether it can be, where it shall.</returns>
    public bool Address(ProxyAddressing addressing, RoutedServer server, bool toPrepare)
    {
        if (CommandType != CommandType.Text)
        {
            return toPrepare;
        }

        var text = CommandText;
        (inner.CommandText, var mayBePrepared) = addressing.Addressed(text, server, toPrepare);
        _text = text;
        return mayBePrepared;
    }
}

/// <summary>The commands of a <see cref="ReplicatedBatch"/>, in step with the driver's.</summary>
internal sealed class ReplicatedBatchCommands(DbBatchCommandCollection inner) : DbBatchCommandCollection
{
    private readonly List<ReplicatedBatchCommand> _commands = [];

    public override int Count => _commands.Count;

    public override bool IsReadOnly => false;

    public IReadOnlyList<ReplicatedBatchCommand> Commands => _commands;

    /// <summary>What the driver gets of the first one; null where there is none.</summary>
    public string? FirstText => _commands.Count > 0 ? _commands[0].Inner.CommandText : null;

    public override void Add(DbBatchCommand item)
    {
        var own = Own(item);
        inner.Add(own.Inner);
        _commands.Add(own);
    }

    public override void Clear()
    {
        inner.Clear();
        _commands.Clear();
    }

    public override bool Contains(DbBatchCommand item) => IndexOf(item) >= 0;

    public override void CopyTo(DbBatchCommand[] array, int arrayIndex) => ((ICollection)_commands).CopyTo(array, arrayIndex);

    public override IEnumerator<DbBatchCommand> GetEnumerator() => _commands.GetEnumerator();

    public override int IndexOf(DbBatchCommand item) => item is ReplicatedBatchCommand own ? _commands.IndexOf(own) : -1;

    public override void Insert(int index, DbBatchCommand item)
    {
        var own = Own(item);
        inner.Insert(index, own.Inner);
        _commands.Insert(index, own);
    }

    public override bool Remove(DbBatchCommand item)
    {
        var index = IndexOf(item);
        if (index < 0)
        {
            return false;
        }

        RemoveAt(index);
        return true;
    }

    public override void RemoveAt(int index)
    {
        inner.RemoveAt(index);
        _commands.RemoveAt(index);
    }

    protected override DbBatchCommand GetBatchCommand(int index) => _commands[index];

    protected override void SetBatchCommand(int index, DbBatchCommand batchCommand)
    {
        var own = Own(batchCommand);
        inner[index] = own.Inner;
        _commands[index] = own;
    }

    // One made from the driver's own type by a caller joins as it is.
    private static ReplicatedBatchCommand Own(DbBatchCommand item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item as ReplicatedBatchCommand ?? new ReplicatedBatchCommand(item);
    }
}
