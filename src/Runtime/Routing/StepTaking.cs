using MonotonicReads.Choosing;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>Takes the steps that <see cref="NextStep"/> names: asks, waits and chooses before a statement runs.</summary>
internal readonly struct StepTaking(RoutedConnection connection)
{
    private RoutedSource Source => connection.Source;

    /// <summary>Lets the connection's replica prove how old its state is; one that has not is not asked again for this statement.</summary>
    public async ValueTask<(Readiness Ready, List<RoutedServer>? Refused)> ProveFreshAsync(
        ReadSession session,
        Readiness ready,
        List<RoutedServer>? refused,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var (replica, pin) = (connection.Server, connection.Use.PinOf(session));
        if (await Source.Freshness.ProveAsync(session, pin, connection, isAsync, cancellation).ConfigureAwait(false))
        {
            return (ready | Readiness.Fresh, refused);
        }

        return (Readiness.None, connection.Link.IsOutdated ? refused : [.. refused ?? [], replica]);
    }

    /// <summary>Takes a step before the statement, which may ask a server.</summary>
    /// <returns>Where the connection has to go, null for nowhere; and what is done for the statement now.</returns>
    public async ValueTask<(RoutedServer? Target, Readiness Done)> TakeAsync(
        Step step,
        ReadSession? session,
        List<RoutedServer>? refused,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        switch (step)
        {
            case Step.MoveToPrimary:
                return (Source.Primary, Readiness.None);
            case Step.LeaveToProxy:
                return (Source.Proxy!.Anywhere, Readiness.None);
            case Step.CatchUp or Step.PassBarrier when connection.Use.PinOf(session!) is { Doubts.Count: > 0 } doubting:
                foreach (
                    var foreign in await CarriedProof.FindForeignAsync(session!, doubting, isAsync, cancellation).ConfigureAwait(false)
                )
                {
                    Source.NoteForeign(foreign.Name);
                }

                return (null, Readiness.None);
            case Step.CatchUp:
                var instead = await CatchUpAsync(session!, connection.Use.PinOf(session!), isAsync, cancellation).ConfigureAwait(false);

                // Another server is looked at again: a concurrent read may have chosen it, for less than is needed here.
                return (instead, instead is null ? Readiness.CaughtUp : Readiness.None);
            case Step.PassBarrier:
                await PrimaryBarrier
                    .PassAsync(session!, connection.Use.PinOf(session!), connection, Source.Positions!, isAsync, cancellation)
                    .ConfigureAwait(false);
                return (null, Readiness.BehindBarrier);
            default:
                var pin = connection.Use.PinOf(session!);
                if (step == Step.NoteRestart)
                {
                    Source.Losses.Lose(session!, pin, connection.Server, ReplicaLossReason.Restarted, exception: null);
                }

                var found = await Source.Router.PinnedAsync(session!, pin, refused, isAsync, cancellation).ConfigureAwait(false);
                return (found, Readiness.None);
        }
    }

    private ValueTask<RoutedServer?> CatchUpAsync(ReadSession session, SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        if (Source.CausalWait is { } wait && connection.Server.Protocol is not null && Source.Proxy is not { Dialect.IsExact: false })
        {
            return wait.CatchUpAsync(session, pin, connection, isAsync, cancellation);
        }

        // Nothing tells how far the replica is.
        pin.BindPrimary(session.LossIn(Source));
        return new(Source.Primary);
    }
}
