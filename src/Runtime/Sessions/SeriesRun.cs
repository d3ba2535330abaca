using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>One run of a series of reads, as its session knows it.</summary>
/// <param name="lost">The replicas that earlier runs lost: it does not read on them.</param>
internal sealed class SeriesRun(IReadOnlyCollection<RoutedServer> lost)
{
    private volatile bool _hasSentMore;

    /// <summary>Whether anything but plain reads was sent, so that it may not be sent again.</summary>
    public bool HasSentMore => _hasSentMore;

    /// <summary>A statement is sent to the primary. Where the driver's connection is handed out it can be any.</summary>
    public void Note(bool isPlainRead)
    {
        // Set alone: a read beside the write must not put back what it saw before it.
        if (!isPlainRead)
        {
            _hasSentMore = true;
        }
    }

    /// <summary>Whether an earlier run lost it.</summary>
    public bool Avoids(RoutedServer server) => lost.Contains(server);
}
