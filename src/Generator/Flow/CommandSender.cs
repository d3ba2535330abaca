using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>What is sent: the unit that a command runs in, what it meets on its path, and what the path has then seen.</summary>
internal sealed class CommandSender(FlowContext context, FlowFindings findings)
{
    /// <summary>
    /// What one site does, be it one statement or one call. Everything in it is judged against what came before the site: what meets
    /// inside a callee is reported there.
    /// </summary>
    public void Perform(Site site, params SentCommand[] commands) => Perform(site, context.State, commands);

    /// <summary>The same for a part of what one call does.</summary>
    /// <param name="site">Where it stands.</param>
    /// <param name="before">What it is judged by.</param>
    /// <param name="commands">What is sent.</param>
    public void Perform(Site site, FlowState before, IEnumerable<SentCommand> commands)
    {
        context.CountSent();
        foreach (var command in commands)
        {
            var does = CommandEffects.Of(command.Texts, command.IsProcedure, command.ForRows, context.Options.StoredProcedures);
            if (command.Connection is { } connection && (does.Begins || does.Ends))
            {
                context.SetTransaction(connection, does.Begins && !does.Ends);
            }

            var (unit, primary) = UnitOf(command, command.InTransaction);
            Export(site, command, does);
            context.Trace?.Sent(site, command, does, PlaceOf(does, unit, primary));
            if (does.ReplicaRead || does.PrimaryRead)
            {
                Read(new Access(site, unit, IsCurrent: true, primary || !does.ReplicaRead, command.Through), before);
            }

            if (does.Writes)
            {
                findings.AddWrite(site);

                // A session holds reads; what is written in it goes to the primary all the same.
                var outside = Equals(unit, context.State.Session?.Identity) ? null : unit;
                context.Write(
                    new Access(site, outside, IsCurrent: true, primary, command.Through) { Session = context.State.Session?.Identity }
                );
            }
        }
    }

    /// <summary>Notes for callers what was sent: resolved where the body shows it, in terms of parameters where it does not.</summary>
    private void Export(Site site, SentCommand command, CommandEffects does)
    {
        var place = context.ThroughAt(site.Operation);
        // A transaction that the caller hands over pins as far as the caller's argument does.
        var transaction = context.OrdinalOf(command.Transaction);
        var onPrimary = UnitOf(command, command.InTransaction && transaction is null).OnPrimary;
        var pinned = new CallEffect
        {
            Through = place > command.Through ? place : command.Through,
            Distance = command.Distance,
            OnPrimary = onPrimary,
            Transaction = transaction,
            IsCertainTransaction = transaction is not null && command.InTransaction,
            Connection = context.OrdinalOf(command.Connection),
            Command = context.OrdinalOf(command.Command),
            OpensPerCommand = command.OpensPerCommand,
            AfterDelegates = context.State.Ran,
            Guards = Guard.Both(context.State.Guards, command.Guards),
        };
        if (command.Texts.IsEmpty || command.Texts.Any(SqlText.HasParameters))
        {
            findings.AddEffect(pinned with { Texts = command.Texts, ForRows = command.ForRows, IsProcedure = command.IsProcedure }, site);
            return;
        }

        if (does.ReplicaRead || does.PrimaryRead)
        {
            findings.AddEffect(pinned with { Texts = CallEffect.Read, ForRows = true, OnPrimary = onPrimary || !does.ReplicaRead }, site);
        }

        if (does.Writes)
        {
            findings.AddEffect(pinned with { Texts = CallEffect.Write }, site);
        }
    }

    private void Read(Access read, FlowState before)
    {
        findings.AddRead(read, context.State.Session, before);
        var isKnown = context.State.Observed.Any(a => a.Site.Equals(read.Site));
        context.Observe(read, counts: !isKnown);
    }

    private ReadPlace PlaceOf(CommandEffects does, object? unit, bool onPrimary) =>
        !does.ReplicaRead ? ReadPlace.Statement
        : !onPrimary ? ReadPlace.Replica
        : unit is null ? ReadPlace.Connection
        : Equals(unit, context.State.Session?.Identity) ? ReadPlace.Session
        : ReadPlace.Transaction;

    /// <summary>The unit that a command runs in now, null for one of its own, and whether that is certain to be on the primary.</summary>
    private (object? Unit, bool OnPrimary) UnitOf(SentCommand command, bool inTransaction)
    {
        var (state, routing) = (context.State, context.Options.Routing);
        var own = command.Connection ?? command.Command;
        var tracked = command.Connection is null ? TrackedObject.Default : state[command.Connection];
        var onPrimary = command.OnPrimary || tracked.OnPrimary;
        var inScope = state.Scopes > 0 && !tracked.OpenedOutsideScope;
        if (inTransaction || tracked.HasTransaction || inScope)
        {
            return (inScope ? FlowContext.ScopeUnit : own, onPrimary || routing == RoutingMode.Statement);
        }

        if (onPrimary)
        {
            return (null, true);
        }

        if (state.Session is { } session)
        {
            return (session.Identity, session.OnPrimary);
        }

        return routing == RoutingMode.Connection && !tracked.IsClosed && !command.OpensPerCommand ? (own, false) : (null, false);
    }
}
