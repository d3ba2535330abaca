using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>Queries: composed without being sent, sent once by whatever takes their rows.</summary>
internal sealed class QuerySender(FlowContext context, KnownValues known, CommandSender sender, ICalleeSummaries callees)
{
    /// <summary>A terminal operator: it sends its first argument where that is a query, and not a collection in memory.</summary>
    public void SendFirstArgument(IInvocationOperation invocation, Value target)
    {
        if (
            invocation.Arguments.Length > 0
            && (target.Query is not null || QueryShapes.IsQuery(invocation.Arguments[0].Value, context.Types))
        )
        {
            Send(invocation, invocation.TargetMethod.Name, target);
        }
    }

    public void Send(IOperation operation, string name, Value target)
    {
        var site = new Site(operation, name, ThroughCall: false);
        var command = new SentCommand
        {
            Texts = target.Texts.IsEmpty ? CallEffect.Read : target.Texts,
            ForRows = true,
            Connection = target.Object,
            OnPrimary = known.IsPrimary(target),
            OpensPerCommand = true,
        };
        sender.Perform(site, command);
        if (
            target.Query is { IncludesCollections: true, Splits: not false } query
            && (query.Splits ?? callees.SplitsQueries)
            && QueryShape.TakesRows(name)
        )
        {
            // One statement for the rows, and one for each collection.
            sender.Perform(site, command);
        }
    }

    /// <summary>
    /// A <c>foreach</c>, or a member that walks through the sequence that it is handed, sends a query that it walks through.
    /// </summary>
    public void SendWalked(IOperation operation, Value receiver, Value[] arguments)
    {
        if (!context.Types.HasQueries)
        {
            return;
        }

        switch (operation)
        {
            case IInvocationOperation { TargetMethod.Name: "GetEnumerator" or "GetAsyncEnumerator", Instance: { } sequence }
                when receiver.Query is not null || QueryShapes.IsQuery(sequence, context.Types):
                Send(operation, "foreach", receiver.Query is null ? SourceOf(sequence) : receiver);
                break;
            case IInvocationOperation invocation when QueryLibrary.WalksThrough(invocation.TargetMethod):
                SendArguments(operation, invocation.Arguments, arguments, invocation.TargetMethod.Name);
                break;
            case IObjectCreationOperation
            {
                Type: { ContainingNamespace: { Name: "Generic", ContainingNamespace.Name: "Collections" } } type
            } creation:
                SendArguments(operation, creation.Arguments, arguments, "new " + type.Name);
                break;
        }
    }

    /// <summary>A delegate that <c>EF.CompileQuery</c> made is a query with its context as first argument.</summary>
    public void SendCompiled(IInvocationOperation invocation, Value[] arguments)
    {
        if (
            invocation.Instance is IFieldReferenceOperation { Field: { IsReadOnly: true } field }
            && invocation.Arguments is [var first, ..]
            && context.Types.Is(first.Parameter?.Type, context.Types.EntityFrameworkContext)
            && SourceText.IsCompiledQuery(field, context.Cancellation)
        )
        {
            Send(invocation, field.Name, arguments[0]);
        }
    }

    private void SendArguments(IOperation operation, ImmutableArray<IArgumentOperation> passed, Value[] arguments, string name)
    {
        for (var i = 0; i < passed.Length; i++)
        {
            if (arguments[i].Query is not null || QueryShapes.IsQuery(passed[i].Value, context.Types))
            {
                Send(operation, name, arguments[i]);
            }
        }
    }

    private Value SourceOf(IOperation sequence) =>
        QueryShapes.Origin(sequence) switch
        {
            IPropertyReferenceOperation { Instance: { } owner } property when context.Types.IsContext(property.Property.ContainingType) =>
                known.Of(owner),
            var source => known.Of(source),
        };
}
