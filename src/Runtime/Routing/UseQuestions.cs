using System.Data;
using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Routing;

/// <summary>What a session's use of a connection saw and wrote, asked on it before it is let go. Nothing here fails: what cannot be
/// learned is not known.</summary>
/// <param name="source">The data source.</param>
/// <param name="driver">The driver's connection; null where there is none any more.</param>
/// <param name="isAsync">False where the tasks must be completed.</param>
internal readonly struct UseQuestions(RoutedSource source, DbConnection? driver, bool isAsync)
{
    /// <summary>What reads on a replica saw.</summary>
    /// <param name="reads">The reads.</param>
    /// <param name="isClosedByReader">Whether a reader that was told to has closed the connection.</param>
    /// <returns>Null where it is not known; and the question that got no answer.</returns>
    public async ValueTask<(ReplicationPosition? Seen, SilentServerException? Silent)> SeenAsync(ReplicaUse reads, bool isClosedByReader)
    {
        if (driver is { State: ConnectionState.Open })
        {
            return await AskedAsync(AskSeenAsync(reads.Replica, Questions(reads.Replica))).ConfigureAwait(false);
        }

        return isClosedByReader
            ? (await source.Positions!.SeenAsync(reads.Pin, reads.Replica, isAsync).ConfigureAwait(false), null)
            : default;
    }

    /// <summary>What was written on the primary.</summary>
    /// <param name="saw">Whether something was read there too, which counts.</param>
    /// <param name="link">Where the connection leads to.</param>
    /// <returns>As <see cref="SeenAsync"/>.</returns>
    public ValueTask<(ReplicationPosition? Written, SilentServerException? Silent)> WrittenAsync(bool saw, ServerLink link) =>
        AskedAsync(AskWrittenAsync(source, Questions(source.Primary), saw, link));

    private ServerQuestions Questions(RoutedServer server) => new(server, driver!, source.Time, isAsync, CancellationToken.None);

    private static async ValueTask<ReplicationPosition?> AskSeenAsync(RoutedServer replica, ServerQuestions questions) =>
        await (await replica.ProtocolAsync(questions).ConfigureAwait(false)).SeenAsync(questions).ConfigureAwait(false);

    private static async ValueTask<ReplicationPosition?> AskWrittenAsync(
        RoutedSource source,
        ServerQuestions questions,
        bool saw,
        ServerLink link
    )
    {
        var protocol = await source.Primary.ProtocolAsync(questions).ConfigureAwait(false);
        var incarnation = source.Primary.Incarnation;
        var position =
            !source.Primary.CanTellWhatWasSeen ? null
            : saw ? await protocol.SeenAsync(questions).ConfigureAwait(false)
            : await protocol.WrittenAsync(questions).ConfigureAwait(false);
        if (!link.IsOutdated)
        {
            source.Progress.PrimaryHas(position, incarnation);
        }

        return position;
    }

    private async ValueTask<(ReplicationPosition? Position, SilentServerException? Silent)> AskedAsync(
        ValueTask<ReplicationPosition?> asked
    )
    {
        try
        {
            return (await asked.ConfigureAwait(false), null);
        }
        catch (SilentServerException silent)
        {
            return (null, silent);
        }
        catch (Exception exception) when (source.IsServerFailure(exception) || exception is InvalidOperationException or FormatException)
        {
            // Where the caller wants answers in utf16 the driver can read none: not known, like the others.
            return default;
        }
    }
}
