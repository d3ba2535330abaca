using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Flow;

/// <summary>Members that the project's options name: what they do is what the options say, whatever their bodies show.</summary>
internal sealed class ListedMemberEffects(FlowContext context, KnownValues known, CommandSender sender)
{
    public Value Apply(
        IOperation operation,
        ISymbol member,
        ITypeSymbol? result,
        ListedRole role,
        Value receiver,
        IReadOnlyList<(IOperation Source, Value Value)> arguments
    )
    {
        if (role == ListedRole.Primary && HandsOut(result))
        {
            return context.Create(operation, new TrackedObject { OnPrimary = true });
        }

        var types = context.Types;
        var transaction = arguments.FirstOrDefault(a => types.IsTransaction(a.Source.Type));
        var connection = types.IsConnection((operation as IInvocationOperation)?.Instance?.Type)
            ? receiver
            : arguments.FirstOrDefault(a => types.IsConnection(a.Source.Type)).Value;
        sender.Perform(
            new Site(operation, member.Name, ThroughCall: false),
            new SentCommand
            {
                Texts = role == ListedRole.Write ? CallEffect.Write : CallEffect.Read,
                ForRows = role != ListedRole.Write,
                OnPrimary =
                    role == ListedRole.Primary || known.IsPrimary(receiver) || (connection is not null && known.IsPrimary(connection)),
                InTransaction = transaction.Value is not null && known.IsCertainTransaction(transaction.Source, transaction.Value),
                Transaction = transaction.Value?.Object,
                Connection = connection?.Object,
            }
        );
        return Value.Unknown;
    }

    /// <summary>A type through which commands are sent, as against one that holds what a command has brought.</summary>
    private bool HandsOut(ITypeSymbol? result)
    {
        var (type, types) = (Arguments.Unwrapped(result), context.Types);
        return types.IsConnection(type)
            || types.IsCommand(type)
            || types.IsDataSource(type)
            || types.Is(type, types.EntityFrameworkContext);
    }
}
