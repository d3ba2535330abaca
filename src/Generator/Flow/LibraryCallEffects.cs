using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What a library member does: the command that it sends, the connection or transaction that it changes, the object that it makes.
/// </summary>
internal sealed class LibraryCallEffects(
    FlowContext context,
    KnownValues known,
    CommandSender sender,
    QuerySender queries,
    CallbackRunner callbacks
)
{
    public Value Apply(IInvocationOperation invocation, DataMember member, Value receiver, Value[] arguments)
    {
        var target = Arguments.SubjectOf(invocation, receiver, arguments);
        var targetType = TypeOf(invocation);
        if (DataLibraries.IsLocal(targetType))
        {
            return Value.Unknown;
        }

        context.CountSent();
        foreach (var argument in arguments)
        {
            // Row mappers run over what one round trip brought back.
            foreach (var lambda in argument.Callbacks)
            {
                callbacks.Run(lambda, LambdaUse.PerElement);
            }
        }

        if (TrySend(invocation, member, target, arguments) || TryChange(invocation, member, target, arguments))
        {
            return Value.Unknown;
        }

        return Made(invocation, member, target, targetType, arguments);
    }

    private bool TrySend(IInvocationOperation invocation, DataMember member, Value target, Value[] arguments)
    {
        switch (member.Role)
        {
            case DataRole.SendsForRows or DataRole.SendsForCount:
                Send(invocation, member, target, arguments);
                return true;
            case DataRole.Reads:
                queries.Send(invocation, invocation.TargetMethod.Name, target);
                return true;
            case DataRole.ReadsQuery:
                queries.SendFirstArgument(invocation, target);
                return true;
            case DataRole.SendsRead or DataRole.SendsWrite:
                SendKnown(invocation, member, target, arguments);
                return true;
            case DataRole.Writes:
                SendWrite(invocation, target);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Opens, closes, begins or ends what the target is.</summary>
    private bool TryChange(IInvocationOperation invocation, DataMember member, Value target, Value[] arguments)
    {
        switch (member.Role)
        {
            case DataRole.OpensConnection:
                Open(target);
                return true;
            case DataRole.ClosesConnection:
                foreach (var connection in target.Objects)
                {
                    context.Update(connection, context[connection] with { IsClosed = true, HasTransaction = false });
                }

                return true;
            case DataRole.UsesTransaction:
                var used = Arguments.Named(invocation.Arguments, arguments, member.TransactionParameter!);
                foreach (var connection in target.Objects)
                {
                    context.SetTransaction(connection, known.IsCertainTransaction(used.Source, used.Value));
                }

                return true;
            case DataRole.EndsTransactionOnTarget:
                context.SetTransaction(target.Objects, hasTransaction: false);
                return true;
            case DataRole.EndsTransaction:
                foreach (var transaction in target.Objects)
                {
                    if (context[transaction].Connection is { } connection)
                    {
                        context.SetTransaction(connection, hasTransaction: false);
                    }
                }

                return true;
            default:
                return false;
        }
    }

    /// <summary>What the member hands back: an object of its own, its target, or nothing that is known.</summary>
    private Value Made(IInvocationOperation invocation, DataMember member, Value target, ITypeSymbol? targetType, Value[] arguments)
    {
        switch (member.Role)
        {
            case DataRole.PassesOn:
                return target;
            case DataRole.ComposesText:
                return target.WithTexts(Arguments.Named(invocation.Arguments, arguments, member.TextParameter!).Value.Texts);
            case DataRole.BeginsTransaction:
                context.SetTransaction(target.Objects, hasTransaction: true);
                return context.Create(invocation, new TrackedObject { IsTransaction = true, Connection = target.Object });
            case DataRole.CreatesClosedConnection:
                return context.Create(invocation, new TrackedObject { IsClosed = true, OnPrimary = known.IsPrimary(target) });
            case DataRole.CreatesOpenConnection:
                var isOutside = context.State.Scopes == 0;
                return context.Create(
                    invocation,
                    new TrackedObject { OnPrimary = known.IsPrimary(target), OpenedOutsideScope = isOutside }
                );
            case DataRole.CreatesTransactingConnection:
                return context.Create(invocation, new TrackedObject { OnPrimary = known.IsPrimary(target), HasTransaction = true });
            case DataRole.CreatesCommand:
                return context.Create(
                    invocation,
                    new TrackedObject
                    {
                        Texts = member.TextParameter is null
                            ? [string.Empty]
                            : Arguments.Named(invocation.Arguments, arguments, member.TextParameter).Value.Texts,
                        Connection = context.Types.IsConnection(targetType) ? target.Object : null,
                        OnPrimary = known.IsPrimary(target),
                    }
                );
            default:
                return Value.Unknown;
        }
    }

    private void Open(Value target)
    {
        foreach (var connection in target.Objects)
        {
            context.Retire(connection);
            context.Update(
                connection,
                context[connection] with
                {
                    IsClosed = false,
                    HasTransaction = false,
                    OpenedOutsideScope = context.State.Scopes == 0,
                }
            );
        }
    }

    private void SendWrite(IInvocationOperation invocation, Value target) =>
        sender.Perform(
            new Site(invocation, invocation.TargetMethod.Name, ThroughCall: false),
            new SentCommand
            {
                Texts = CallEffect.Write,
                Connection = target.Object,
                OnPrimary = known.IsPrimary(target),
                OpensPerCommand = true,
            }
        );

    /// <summary>
    /// What the member's name says that it does, or the text that its target was composed from, in the transaction that it is handed or
    /// that its target has.
    /// </summary>
    private void SendKnown(IInvocationOperation invocation, DataMember member, Value target, Value[] arguments)
    {
        var isRead = member.Role == DataRole.SendsRead;
        var transaction = Arguments.Named(invocation.Arguments, arguments, member.TransactionParameter);
        var command = context.Types.IsBulkLoader(TypeOf(invocation))
            ? known.CommandOf(target, forRows: false)
            : new SentCommand
            {
                ForRows = isRead,
                InTransaction =
                    known.IsCertainTransaction(transaction.Source, transaction.Value)
                    || (member.SharesContext && context.State.Objects.Any(static o => o.HasTransaction)),
                Transaction = transaction.Value.Object,
                OnPrimary = known.IsPrimary(target),
                Connection = target.Object,
                OpensPerCommand = !context.Types.IsConnection(TypeOf(invocation)),
            };
        sender.Perform(
            new Site(invocation, invocation.TargetMethod.Name, ThroughCall: false),
            command with
            {
                Texts =
                    !isRead ? CallEffect.Write
                    : target.Texts.IsEmpty ? CallEffect.Read
                    : target.Texts,
                IsProcedure = false,
            }
        );
    }

    private static ITypeSymbol? TypeOf(IInvocationOperation invocation) =>
        Arguments.SubjectOf(invocation) is { } subject ? Arguments.Unconverted(subject).Type : null;

    private void Send(IInvocationOperation invocation, DataMember member, Value target, Value[] arguments)
    {
        var site = new Site(invocation, invocation.TargetMethod.Name, ThroughCall: false);
        var forRows = member.Role == DataRole.SendsForRows;
        if (member.TextParameter is null)
        {
            var command = known.CommandOf(target, forRows);
            sender.Perform(
                site,
                command.Texts.All(t => t == SqlText.Unknown) && IsNamedAfterWrite() ? command with { Texts = CallEffect.Write } : command
            );
            return;
        }

        var text = Arguments.Named(invocation.Arguments, arguments, member.TextParameter);
        if (text.Value.Object is not null && !context.Types.IsConnection(text.Source?.Type))
        {
            sender.Perform(
                site,
                known.CommandOf(text.Value, forRows) with
                {
                    Command = null,
                    Connection = target.Object,
                    OnPrimary = known.IsPrimary(target),
                }
            );
            return;
        }

        var transaction = Arguments.Named(invocation.Arguments, arguments, member.TransactionParameter);
        var commandType = Arguments.Named(invocation.Arguments, arguments, member.CommandTypeParameter);
        sender.Perform(
            site,
            new SentCommand
            {
                Texts = text.Value.Texts,
                ForRows = forRows,
                IsProcedure = member.IsProcedure || Arguments.IsStoredProcedure(commandType.Source),
                InTransaction = known.IsCertainTransaction(transaction.Source, transaction.Value),
                Transaction = transaction.Value.Object,
                OnPrimary = known.IsPrimary(target),
                Connection = target.Object,
                OpensPerCommand = context.Types.IsContext(TypeOf(invocation)),
            }
        );
    }

    /// <summary>Where the text was set elsewhere, the name of the wrapper around it (<c>InsertQuery</c>) says what is sent.</summary>
    private bool IsNamedAfterWrite() => context.Method is { } method && ProcedureNames.Classify(method.Name) == SqlEffect.Write;
}
