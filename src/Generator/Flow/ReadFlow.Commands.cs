using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>What a library member does: the command that it sends, the unit that the command runs in, and what the path has then seen.</summary>
internal sealed partial class ReadFlow
{
    private const string ScopeUnit = "transaction scope";

    private Value Apply(IInvocationOperation invocation, DataMember member, Value receiver, Value[] arguments)
    {
        var target = SubjectOf(invocation, receiver, arguments);
        var targetType = SubjectOf(invocation) is { } subject ? Unconverted(subject).Type : null;
        if (DataLibraries.IsLocal(targetType))
        {
            return Value.Unknown;
        }

        foreach (var argument in arguments)
        {
            // Row mappers run over what one round trip brought back.
            foreach (var lambda in argument.Callbacks)
            {
                Run(lambda, LambdaUse.PerElement);
            }
        }

        switch (member.Role)
        {
            case DataRole.SendsForRows or DataRole.SendsForCount:
                Send(invocation, member, target, arguments);
                return Value.Unknown;
            case DataRole.OpensConnection:
                ForEach(
                    target,
                    connection =>
                    {
                        Retire(connection);
                        Update(
                            connection,
                            state[connection] with
                            {
                                IsClosed = false,
                                HasTransaction = false,
                                OpenedOutsideScope = state.Scopes == 0,
                            }
                        );
                    }
                );
                return Value.Unknown;
            case DataRole.ClosesConnection:
                ForEach(target, connection => Update(connection, state[connection] with { IsClosed = true, HasTransaction = false }));
                return Value.Unknown;
            case DataRole.Reads:
                SendQuery(invocation, invocation.TargetMethod.Name, target);
                return Value.Unknown;
            case DataRole.ReadsQuery:
                ReadQuery(invocation, target);
                return Value.Unknown;
            case DataRole.Writes:
                Perform(
                    new Site(invocation, invocation.TargetMethod.Name, ThroughCall: false),
                    [
                        new SentCommand
                        {
                            Texts = CallEffect.Write,
                            Connection = target.Object,
                            OnPrimary = IsPrimary(target),
                            OpensPerCommand = true,
                        },
                    ]
                );
                return Value.Unknown;
            case DataRole.PassesOn:
                return target;
            case DataRole.ComposesText:
                return target.WithTexts(Argument(invocation.Arguments, arguments, member.TextParameter!).Value.Texts);
            case DataRole.UsesTransaction:
                var used = Argument(invocation.Arguments, arguments, member.TransactionParameter!);
                ForEach(
                    target,
                    connection =>
                        Update(connection, state[connection] with { HasTransaction = IsCertainTransaction(used.Source, used.Value) })
                );
                return Value.Unknown;
            case DataRole.EndsTransactionOnTarget:
                ForEach(target, connection => Update(connection, state[connection] with { HasTransaction = false }));
                return Value.Unknown;
            case DataRole.BeginsTransaction:
                ForEach(target, connection => Update(connection, state[connection] with { HasTransaction = true }));
                return Create(invocation, new TrackedObject { IsTransaction = true, Connection = target.Object });
            case DataRole.EndsTransaction:
                ForEach(
                    target,
                    transaction =>
                    {
                        if (state[transaction].Connection is { } connection)
                        {
                            Update(connection, state[connection] with { HasTransaction = false });
                        }
                    }
                );
                return Value.Unknown;
            case DataRole.CreatesClosedConnection:
                return Create(invocation, new TrackedObject { IsClosed = true, OnPrimary = IsPrimary(target) });
            case DataRole.CreatesOpenConnection:
                return Create(invocation, new TrackedObject { OnPrimary = IsPrimary(target), OpenedOutsideScope = state.Scopes == 0 });
            case DataRole.CreatesCommand:
                var texts = member.TextParameter is null
                    ? [string.Empty]
                    : Argument(invocation.Arguments, arguments, member.TextParameter).Value.Texts;
                return Create(
                    invocation,
                    new TrackedObject
                    {
                        Texts = texts,
                        Connection = types.IsConnection(targetType) ? target.Object : null,
                        OnPrimary = IsPrimary(target),
                    }
                );
            default:
                return Value.Unknown;
        }
    }

    private void Send(IInvocationOperation invocation, DataMember member, Value target, Value[] arguments)
    {
        var site = new Site(invocation, invocation.TargetMethod.Name, ThroughCall: false);
        var forRows = member.Role == DataRole.SendsForRows;
        if (member.TextParameter is null)
        {
            var command = OfCommand(target, forRows);
            Perform(
                site,
                [command.Texts.All(t => t == SqlText.Unknown) && IsNamedAfterWrite() ? command with { Texts = CallEffect.Write } : command]
            );
            return;
        }

        var text = Argument(invocation.Arguments, arguments, member.TextParameter);
        if (text.Value.Object is { } definition && !types.IsConnection(text.Source?.Type))
        {
            Perform(
                site,
                [OfCommand(text.Value, forRows) with { Command = null, Connection = target.Object, OnPrimary = IsPrimary(target) }]
            );
            return;
        }

        var transaction = Argument(invocation.Arguments, arguments, member.TransactionParameter);
        Perform(
            site,
            [
                new SentCommand
                {
                    Texts = text.Value.Texts,
                    ForRows = forRows,
                    IsProcedure =
                        member.IsProcedure
                        || IsStoredProcedure(Argument(invocation.Arguments, arguments, member.CommandTypeParameter).Source),
                    InTransaction = IsCertainTransaction(transaction.Source, transaction.Value),
                    Transaction = transaction.Value.Object,
                    OnPrimary = IsPrimary(target),
                    Connection = target.Object,
                },
            ]
        );
    }

    /// <summary>Where the text was set elsewhere, the name of the wrapper around it (<c>InsertQuery</c>) says what is sent.</summary>
    private bool IsNamedAfterWrite() => method is not null && ProcedureNames.Classify(method.Name) == SqlEffect.Write;

    private SentCommand OfCommand(Value command, bool forRows)
    {
        var objects = command.Objects;
        var single = command.Object is { } identity ? state[identity] : TrackedObject.Default;
        return new SentCommand
        {
            Texts = objects.IsEmpty ? [] : objects.Select(c => state[c].Texts).Aggregate(Value.JoinTexts),
            ForRows = forRows,
            IsProcedure = !objects.IsEmpty && objects.All(c => state[c].IsProcedure),
            InTransaction = !objects.IsEmpty && objects.All(c => state[c].InTransaction),
            Transaction = single.Transaction,
            OnPrimary = IsPrimary(command),
            Connection = single.Connection,
            Command = command.Object,
        };
    }

    /// <summary>A command as it is sent at one site, its parts resolved as far as the body shows them.</summary>
    private sealed record SentCommand
    {
        /// <summary>How many calls lie between the site and the statement.</summary>
        public int Distance { get; init; }

        public Items<string> Texts { get; init; } = [];

        public bool ForRows { get; init; }

        public bool IsProcedure { get; init; }

        public bool InTransaction { get; init; }

        public object? Transaction { get; init; }

        public bool OnPrimary { get; init; }

        public object? Connection { get; init; }

        public object? Command { get; init; }

        /// <summary>Sent through a context, which opens and closes its connection around each command outside a transaction.</summary>
        public bool OpensPerCommand { get; init; }
    }

    /// <summary>
    /// What one site does, be it one statement or one call. Everything in it is judged against what came before the site: what meets
    /// inside a callee is reported there.
    /// </summary>
    private void Perform(Site site, IEnumerable<SentCommand> commands)
    {
        var before = state;
        foreach (var command in commands)
        {
            var does = CommandEffects.Of(command.Texts, command.IsProcedure, command.ForRows, options.StoredProcedures);
            if (command.Connection is { } connection && (does.Begins || does.Ends))
            {
                Update(connection, state[connection] with { HasTransaction = does.Begins && !does.Ends });
            }

            var (unit, primary) = UnitOf(
                command.Connection,
                command.Command,
                command.InTransaction,
                command.OnPrimary,
                command.OpensPerCommand
            );
            Export(command, does);
            if (does.ReplicaRead || does.PrimaryRead)
            {
                ApplyRead(site, unit, primary || !does.ReplicaRead, before);
            }

            if (does.Writes)
            {
                writeSites.Add(site);

                // A session holds reads; what is written in it goes to the primary all the same.
                state = state with
                {
                    Wrote = state.Wrote.Add(
                        new Access(site, Equals(unit, state.Session?.Identity) ? null : unit, IsCurrent: true, primary)
                    ),
                };
            }
        }
    }

    /// <summary>Notes for callers what was sent: resolved where the body shows it, in terms of parameters where it does not.</summary>
    private void Export(SentCommand command, CommandEffects does)
    {
        // A transaction that the caller hands over pins as far as the caller's argument does.
        var transaction = OrdinalOf(command.Transaction);
        var onPrimary = UnitOf(
            command.Connection,
            command.Command,
            command.InTransaction && transaction is null,
            command.OnPrimary,
            command.OpensPerCommand
        ).OnPrimary;
        var pinned = new CallEffect
        {
            OnPrimary = onPrimary,
            Transaction = transaction,
            IsCertainTransaction = transaction is not null && command.InTransaction,
            Connection = OrdinalOf(command.Connection),
            Command = OrdinalOf(command.Command),
            OpensPerCommand = command.OpensPerCommand,
        };
        if (command.Texts.IsEmpty || command.Texts.Any(SqlText.HasParameters))
        {
            Note(pinned with { Texts = command.Texts, ForRows = command.ForRows, IsProcedure = command.IsProcedure });
            return;
        }

        if (does.ReplicaRead || does.PrimaryRead)
        {
            Note(pinned with { Texts = CallEffect.Read, ForRows = true, OnPrimary = onPrimary || !does.ReplicaRead });
        }

        if (does.Writes)
        {
            Note(pinned with { Texts = CallEffect.Write });
        }

        void Note(CallEffect effect)
        {
            if (command.Distance <= CallEffect.MaxDistance && (!effects.TryGetValue(effect, out var known) || command.Distance < known))
            {
                effects[effect] = command.Distance;
            }
        }
    }

    private void ApplyRead(Site site, object? unit, bool onPrimary, FlowState before)
    {
        var repeats = !readSites.Add(site) && before.Observed.Any(a => a.Site.Equals(site));
        mayRepeatReads |= repeats;
        if (!onPrimary)
        {
            Note(sequential, before.Observed);
            if (!site.ThroughCall)
            {
                Note(ownSequential, before.Observed.Where(a => !a.Site.ThroughCall));
            }

            if (state.Session is not { SeesWrites: true })
            {
                Note(afterWrite, before.Wrote);
            }
        }

        state = state with
        {
            Observed = state.Observed.Add(new Access(site, unit, IsCurrent: true, onPrimary)),
            MostReads = state.MostReads + (repeats ? 0 : 1),
        };

        void Note(Dictionary<Site, Site> faults, IEnumerable<Access> earlier)
        {
            foreach (var access in earlier)
            {
                if (!access.SharesServerWith(unit) && (!faults.TryGetValue(site, out var known) || access.Site.Position < known.Position))
                {
                    faults[site] = access.Site;
                }
            }
        }
    }

    /// <summary>The unit that a command runs in now, null for one of its own, and whether that is certain to be on the primary.</summary>
    private (object? Unit, bool OnPrimary) UnitOf(
        object? connection,
        object? command,
        bool inTransaction,
        bool onPrimary,
        bool opensPerCommand
    )
    {
        var tracked = connection is null ? TrackedObject.Default : state[connection];
        onPrimary |= tracked.OnPrimary;
        var inScope = state.Scopes > 0 && !tracked.OpenedOutsideScope;
        if (inTransaction || tracked.HasTransaction || inScope)
        {
            return (inScope ? ScopeUnit : connection ?? command, onPrimary || options.Routing == RoutingMode.Statement);
        }

        if (onPrimary)
        {
            return (null, true);
        }

        if (state.Session is { } session)
        {
            return (session.Identity, session.OnPrimary);
        }

        return options.Routing == RoutingMode.Connection && !tracked.IsClosed && !opensPerCommand
            ? (connection ?? command, false)
            : (null, false);
    }

    private bool IsPrimary(Value value) =>
        value.Objects.Count > 0 && value.Objects.All(o => state[o].OnPrimary || (state[o].Connection is { } c && state[c].OnPrimary));

    private static void ForEach(Value value, Action<object> apply)
    {
        foreach (var identity in value.Objects)
        {
            apply(identity);
        }
    }

    private static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { IsImplicit: true } conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }
}
