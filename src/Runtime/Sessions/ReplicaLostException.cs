using System.Data.Common;

namespace MonotonicReads;

/// <summary>
/// The replica of a read session is lost and the session may not move: whatever it read elsewhere could be older than
/// what it has seen. Begin a new session and run the unit of work again.
/// </summary>
/// <remarks>
/// It is a <see cref="DbException"/>, so that code which handles failures of the database handles it too. It is not
/// transient: repeating the read in the same session fails again.
/// </remarks>
public sealed class ReplicaLostException : DbException
{
    internal ReplicaLostException(string message, Guid sessionId, string? replica, Exception? innerException)
        : base(message, innerException)
    {
        SessionId = sessionId;
        Replica = replica;
    }

    /// <summary>The session's UUID.</summary>
    public Guid SessionId { get; }

    /// <summary>The replica that was lost, or <see langword="null"/> when none was available in the first place.</summary>
    public string? Replica { get; }

    /// <summary>Always <see langword="false"/>.</summary>
    public override bool IsTransient => false;
}
