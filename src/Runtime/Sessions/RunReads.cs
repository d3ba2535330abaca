using System.Collections.Concurrent;
using System.Data.Common;
using System.Net.Sockets;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.Sessions;

/// <summary>
/// How the reads of one run on replicas ended, as far as anybody saw it: what executing a statement threw came by here, what reading its
/// rows throws does not, since the reader is the driver's own. Safe for concurrent use.
/// </summary>
internal sealed class RunReads
{
    // What nobody threw on says nothing of the run's end.
    private const int MostFailures = 64;

    private readonly ConcurrentQueue<(SessionPin Pin, Exception Exception)> _failures = new();
    private readonly ConcurrentDictionary<(SessionPin Pin, RoutedServer Replica, int Id), bool> _connections = new();
    private readonly ConcurrentDictionary<SessionPin, bool> _broken = new();

    /// <summary>A session reads on a replica on this connection.</summary>
    /// <param name="pin">Where the session reads.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="id">The server's id of the connection.</param>
    public void Note(SessionPin pin, RoutedServer replica, int id) => _connections.TryAdd((pin, replica, id), true);

    /// <summary>Executing a read on a replica threw.</summary>
    public void NoteFailure(SessionPin pin, Exception exception)
    {
        _failures.Enqueue((pin, exception));
        if (_failures.Count > MostFailures)
        {
            _failures.TryDequeue(out _);
        }
    }

    /// <summary>A connection that a session read on broke, and nobody had told it to close.</summary>
    public void NoteBroken(SessionPin pin) => _broken.TryAdd(pin, true);

    /// <summary>Whether what a run threw comes from a read of this session on its replica, and says that the connection is gone: another
    /// one's, or the primary's, tells nothing of the replica. A time limit that has passed is none of it.</summary>
    /// <param name="pin">Where the session reads.</param>
    /// <param name="exception">What the run threw.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the question to the replica.</param>
    public async ValueTask<bool> HaveLostAsync(SessionPin pin, Exception exception, bool isAsync, CancellationToken cancellation)
    {
        var ends = Causes(exception).Where(static cause => cause is ReplicaLostException || IsEnd(cause)).ToList();
        var unseen = ends.FindAll(end => end is not ReplicaLostException && !_failures.Any(known => ReferenceEquals(known.Exception, end)));
        return _failures.Any(known => ReferenceEquals(known.Pin, pin) && ends.Contains(known.Exception))
            || (unseen.Count > 0 && _broken.ContainsKey(pin))
            || (unseen.Exists(ServerAnswer.IsFarewell) && await HasEndedAnyAsync(pin, isAsync, cancellation).ConfigureAwait(false));
    }

    // The driver goes on with a connection on which the server said goodbye, and nothing of it shows whose the exception is.
    private async ValueTask<bool> HasEndedAnyAsync(SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        foreach (var ids in _connections.Keys.Where(key => ReferenceEquals(key.Pin, pin)).ToLookup(key => key.Replica, key => key.Id))
        {
            if (await pin.Source.HasEndedAnyAsync(ids.Key, [.. ids], isAsync, cancellation).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    // In rows the driver throws what the connection threw, elsewhere an exception of its own around it.
    private static bool IsEnd(Exception exception) =>
        ServerAnswer.IsFarewell(exception)
        || exception is IOException or SocketException or DbException { InnerException: IOException or SocketException };

    // What lies below a time limit that has passed is what closed the connection for it.
    private static IEnumerable<Exception> Causes(Exception exception) =>
        exception switch
        {
            MySqlException { ErrorCode: MySqlErrorCode.CommandTimeoutExpired } => [],
            AggregateException several => several.InnerExceptions.SelectMany(Causes),
            { InnerException: { } inner } => Causes(inner).Prepend(exception),
            _ => [exception],
        };
}
