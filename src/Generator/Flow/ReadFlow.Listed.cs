using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Flow;

/// <summary>Members that the project's options name: what they do is what the options say, whatever their bodies show.</summary>
internal sealed partial class ReadFlow
{
    private Value ApplyListed(
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
            return Create(operation, new TrackedObject { OnPrimary = true });
        }

        var transaction = arguments.FirstOrDefault(a => types.IsTransaction(a.Source.Type));
        var connection = types.IsConnection((operation as IInvocationOperation)?.Instance?.Type)
            ? receiver
            : arguments.FirstOrDefault(a => types.IsConnection(a.Source.Type)).Value;
        Perform(
            new Site(operation, member.Name, ThroughCall: false),
            [
                new SentCommand
                {
                    Texts = role == ListedRole.Write ? CallEffect.Write : CallEffect.Read,
                    ForRows = role != ListedRole.Write,
                    OnPrimary = role == ListedRole.Primary || IsPrimary(receiver) || (connection is not null && IsPrimary(connection)),
                    InTransaction = transaction.Value is not null && IsCertainTransaction(transaction.Source, transaction.Value),
                    Transaction = transaction.Value?.Object,
                    Connection = connection?.Object,
                },
            ]
        );
        return Value.Unknown;
    }

    /// <summary>A type through which commands are sent, as against one that holds what a command has brought.</summary>
    private bool HandsOut(ITypeSymbol? result)
    {
        var type = Unwrapped(result);
        return types.IsConnection(type)
            || types.IsCommand(type)
            || types.IsDataSource(type)
            || types.Is(type, types.EntityFrameworkContext);
    }
}
