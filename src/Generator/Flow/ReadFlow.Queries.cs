using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>Queries: composed without being sent, sent once by whatever takes their rows.</summary>
internal sealed partial class ReadFlow
{
    /// <summary>A terminal operator: it sends its first argument where that is a query, and not a collection in memory.</summary>
    private void ReadQuery(IInvocationOperation invocation, Value target)
    {
        if (invocation.Arguments.Length > 0 && IsQuery(invocation.Arguments[0].Value))
        {
            SendQuery(invocation, invocation.TargetMethod.Name, target);
        }
    }

    private void SendQuery(IOperation operation, string name, Value target) =>
        Perform(
            new Site(operation, name, ThroughCall: false),
            [
                new SentCommand
                {
                    Texts = target.Texts.IsEmpty ? CallEffect.Read : target.Texts,
                    ForRows = true,
                    Connection = target.Object,
                    OnPrimary = IsPrimary(target),
                    OpensPerCommand = true,
                },
            ]
        );

    /// <summary>A <c>foreach</c>, or a member that walks through the sequence that it is handed, sends a query that it walks through.</summary>
    private void EnumerateQueries(IOperation operation, Value[] arguments)
    {
        if (!types.HasQueries)
        {
            return;
        }

        switch (operation)
        {
            case IInvocationOperation { TargetMethod.Name: "GetEnumerator" or "GetAsyncEnumerator", Instance: { } sequence }
                when IsQuery(sequence):
                SendQuery(operation, "foreach", SourceOf(sequence));
                break;
            case IInvocationOperation invocation when QueryLibrary.WalksThrough(invocation.TargetMethod):
                SendArguments(invocation.Arguments, invocation.TargetMethod.Name);
                break;
            case IObjectCreationOperation
            {
                Type: { ContainingNamespace: { Name: "Generic", ContainingNamespace.Name: "Collections" } } type
            } creation:
                SendArguments(creation.Arguments, "new " + type.Name);
                break;
        }

        void SendArguments(System.Collections.Immutable.ImmutableArray<IArgumentOperation> passed, string name)
        {
            for (var i = 0; i < passed.Length; i++)
            {
                if (IsQuery(passed[i].Value))
                {
                    SendQuery(operation, name, arguments[i]);
                }
            }
        }
    }

    /// <summary>A delegate that <c>EF.CompileQuery</c> made is a query with its context as first argument.</summary>
    private void RunCompiledQuery(IInvocationOperation invocation, Value[] arguments)
    {
        if (
            invocation.Instance is IFieldReferenceOperation { Field: { IsReadOnly: true } field }
            && invocation.Arguments is [var context, ..]
            && types.Is(context.Parameter?.Type, types.EntityFrameworkContext)
            && SourceText.IsCompiledQuery(field, cancellation)
        )
        {
            SendQuery(invocation, field.Name, arguments[0]);
        }
    }

    /// <summary>What an operator hands back goes through the context of the query that it composes.</summary>
    private static Value QueryOf(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        if (invocation.Instance is not null)
        {
            return receiver;
        }

        return arguments.FirstOrDefault(static a => !a.Objects.IsEmpty || !a.Texts.IsEmpty) ?? Value.Unknown;
    }

    private Value SourceOf(IOperation sequence)
    {
        var source = Source(sequence);
        while (source is IInvocationOperation invocation && SubjectOf(invocation) is { } composed)
        {
            source = Source(composed);
        }

        return source is IPropertyReferenceOperation { Instance: { } context } property && types.IsContext(property.Property.ContainingType)
            ? Receiver(context)
            : Receiver(source);
    }

    /// <summary>True where walking through the sequence sends a query: a query, or operators on its rows.</summary>
    private bool IsQuery(IOperation sequence)
    {
        var source = Source(sequence);
        if (types.IsQueryable(source.Type))
        {
            return !IsInMemory(source);
        }

        return source is IInvocationOperation { TargetMethod: { } operation } invocation
            && SubjectOf(invocation) is { } first
            && operation.ReturnType.Name
                is "IEnumerable"
                    or "IOrderedEnumerable"
                    or "IAsyncEnumerable"
                    or "ConfiguredCancelableAsyncEnumerable"
            && (
                LibraryTypes.IsExactly(operation.ContainingType, types.EnumerableOperators)
                || operation.Name is "AsAsyncEnumerable" or "WithCancellation" or "ConfigureAwait"
            )
            && IsQuery(first);
    }

    /// <summary>A collection that was only dressed as a query.</summary>
    private bool IsInMemory(IOperation query)
    {
        while (query is IInvocationOperation { TargetMethod: { } operation, Arguments: [var first, ..] })
        {
            var source = Source(first.Value);
            if (operation.Name == "AsQueryable" && !types.IsQueryable(source.Type))
            {
                return true;
            }

            if (!types.IsQueryable(source.Type))
            {
                return false;
            }

            query = source;
        }

        return false;
    }

    private static IOperation Source(IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                case ITranslatedQueryOperation query:
                    operation = query.Operation;
                    break;
                default:
                    return operation;
            }
        }
    }
}
