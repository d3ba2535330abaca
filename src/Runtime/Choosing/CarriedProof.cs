using System.Data.Common;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>
/// Whose a position is that a session brought along under the name of a data source and from another address: of this cluster, reached by
/// another way, or of another one whose database has the same name. Of a cluster is what its primary has.
/// </summary>
internal static class CarriedProof
{
    /// <summary>Looks into what is doubted; what is this data source's, or may be because nobody can tell, counts from now on.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pin">What it brought along.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <returns>What is of another cluster.</returns>
    /// <exception cref="ReplicaLostException">Something is of another cluster, and the session does not leave that alone.</exception>
    public static async ValueTask<List<SourceState>> FindForeignAsync(
        ReadSession session,
        SessionPin pin,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        List<SourceState> foreign = [];
        foreach (var state in pin.Doubts)
        {
            // A name without the mark of an address is one that was given, or of a program of the version before.
            var isRefused = !(session.Carried.IgnoresForeign ?? SourceName.HasMark(state.Name));
            if (state.Position is not { } position)
            {
                // Whoever reads on the primary sees all that there is; of which run it has to be, only the other address can know.
                var isOurs =
                    isRefused
                    || state.PrimaryRun.Length == 0
                    || state.PrimaryRun == pin.Source.Primary.Run.Name
                    || !await IsForeignAsync(pin.Source, position: null, isAsync, cancellation).ConfigureAwait(false)
                    || state.PrimaryRun == pin.Source.Primary.Run.Name;
                foreign.AddRange(isOurs ? [] : [state]);
                pin.Tell(isOurs ? state : state with { PrimaryRun = "" }, NameMatch.Same);
                pin.Tell(state, NameMatch.Other);
            }
            else if (await IsForeignAsync(pin.Source, position, isAsync, cancellation).ConfigureAwait(false))
            {
                foreign.Add(state);
                pin.Tell(state, isRefused ? throw Refused(session, pin, state) : NameMatch.Other);
            }
            else
            {
                pin.Tell(state, NameMatch.Same);
            }
        }

        return foreign;
    }

    private static ReplicaLostException Refused(ReadSession session, SessionPin pin, SourceState state) =>
        LostSession.NotBehindBarrier(
            session,
            pin,
            $"Its token names a position of a data source '{SourceName.Shown(state.Name)}' at another address, which the primary of "
                + $"{pin.Source.Name} does not have: it comes from another cluster, or the primary has lost it. Give the data sources of "
                + $"two clusters two names by UseName.",
            exception: null
        );

    // Not where nobody can tell; nor where who answers is the primary no more. Without a position: whether it is that.
    private static async ValueTask<bool> IsForeignAsync(
        ISessionSource source,
        ReplicationPosition? position,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        SilentServerException? silent = null;
        DbConnection? connection = null;
        try
        {
            if (!source.HasPositions)
            {
                return false;
            }

            (connection, var generation) = await BoundedOpening
                .OpenOfAsync(source.Primary, BoundedOpening.Patience, source.Time, isAsync, cancellation)
                .ConfigureAwait(false);
            var questions = new ServerQuestions(source.Primary, connection, source.Time, isAsync, cancellation);
            await source.Primary.MeetAsync(questions).ConfigureAwait(false);
            if (
                position is not null
                && source.Primary.Protocol!.Parse("").GetType() == position.GetType()
                && await source.Primary.Protocol.HasKeptAsync(questions, position, wasRestarted: false).ConfigureAwait(false)
            )
            {
                return false;
            }

            var answer = await questions.AskAsync("SHOW GLOBAL VARIABLES LIKE 'read_only'", BoundedOpening.Patience).ConfigureAwait(false);
            var isReadOnly = answer.Count > 1 && answer[1].Value is not (null or "OFF" or "0");
            if (isReadOnly)
            {
                generation.Retire();
            }

            return !isReadOnly && generation.IsCurrent;
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            return false;
        }
        catch (Exception exception) when (source.IsServerFailure(exception) && !cancellation.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync).ConfigureAwait(false);
        }
    }
}
