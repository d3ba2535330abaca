using System.Data;
using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>
/// A connection of a pool that a session holds although it does not need it now, or will not as soon as a reader is closed. It is one's for
/// as long as it is in the pool's list: who takes it out has it, and nobody else does.
/// </summary>
/// <param name="pooled">The connection.</param>
/// <param name="server">Its server.</param>
internal sealed class HeldConnection(PooledConnection pooled, RoutedServer server)
{
    private volatile DbDataReader? _reader;
    private volatile bool _isShared;

    public PooledConnection Pooled => pooled;

    public RoutedServer Server => server;

    /// <summary>Whose end makes it idle; null before it is known, and for what is idle already.</summary>
    public DbDataReader? Reader
    {
        get => _reader;
        set => _reader = value;
    }

    /// <summary>Who listens to the driver's connection until another has it; null for nobody.</summary>
    public StateChangeEventHandler? Listener { get; init; }

    /// <summary>Whether its reader is closed.</summary>
    public bool HasEndedReading => _reader is { IsClosed: true };

    /// <summary>It was handed out, so that nobody knows what is done on it: no other read goes on on it.</summary>
    public void Share() => _isShared = true;

    /// <summary>Whether a read on its server may go on on it.</summary>
    public bool MayBeReadOn => !_isShared && pooled is { Connection.State: ConnectionState.Open, IsOutdated: false };

    /// <summary>Since when it is idle: a timestamp of the data source's clock.</summary>
    public long Since { get; set; }

    /// <summary>Whether it was given back because somebody needed one.</summary>
    public bool WasNeeded { get; set; }

    /// <summary>Its neighbours in a list; for that alone.</summary>
    public HeldConnection? Before { get; set; }

    /// <inheritdoc cref="Before"/>
    public HeldConnection? After { get; set; }

    /// <summary>The list; null where somebody has taken it out.</summary>
    public HeldList? List { get; set; }

    /// <summary>Takes it for oneself.</summary>
    /// <returns>False where somebody else was first.</returns>
    public bool TryClaim() => pooled.Held.TryClaim(this);
}
