using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>Creations, their arguments evaluated: connections, commands, scopes and text builders are tracked from here on.</summary>
internal sealed class CreationEvaluator(FlowContext context, KnownValues known, QuerySender queries, CalleeEffects callees)
{
    public Value Evaluate(IObjectCreationOperation creation, Value[] arguments) =>
        OfAdoNet(creation, arguments) ?? OfOthers(creation, arguments) ?? Run(creation, arguments);

    private Value? OfAdoNet(IObjectCreationOperation creation, Value[] arguments)
    {
        var (type, types) = (creation.Type, context.Types);
        if (types.IsConnection(type))
        {
            return context.Create(creation, new TrackedObject { IsClosed = true });
        }

        if (types.IsCommand(type) || types.IsBulkLoader(type))
        {
            return context.Create(creation, NewCommand(creation, arguments));
        }

        if (types.IsAdapter(type))
        {
            // An adapter fills from the command that it was made with.
            var command = arguments.Where((_, i) => types.IsCommand(creation.Arguments[i].Parameter?.Type)).FirstOrDefault();
            return command is { Objects.IsEmpty: false } ? command : context.Create(creation, NewCommand(creation, arguments));
        }

        return null;
    }

    private Value? OfOthers(IObjectCreationOperation creation, Value[] arguments)
    {
        var (type, types) = (creation.Type, context.Types);
        if (LibraryTypes.IsExactly(type, types.DapperCommandDefinition))
        {
            return context.Create(creation, NewDefinition(creation, arguments));
        }

        if (LibraryTypes.IsExactly(type, types.StringBuilder))
        {
            var startsWithText = creation.Arguments is [{ Parameter.Type.SpecialType: SpecialType.System_String }, ..];
            Items<string> start = startsWithText ? arguments[0].Texts : [string.Empty];
            return context.Create(creation, new TrackedObject { Texts = start });
        }

        if (BuilderCalls.IsHandler(type))
        {
            return context.Create(creation, new TrackedObject { Texts = [string.Empty] });
        }

        return types.TransactionScope is not null && LibraryTypes.IsExactly(type, types.TransactionScope) ? OpenScope(creation) : null;
    }

    /// <summary>Runs the constructor of anything else.</summary>
    private Value Run(IObjectCreationOperation creation, Value[] arguments)
    {
        queries.SendWalked(creation, Value.Unknown, arguments);
        if (creation.Constructor is { } constructor)
        {
            callees.Apply(
                new CalleeCall(creation, constructor, IsVirtual: false, ordinal => Arguments.At(creation.Arguments, arguments, ordinal))
            );
        }

        return context.Types.IsContext(creation.Type)
            ? context.Create(creation, new TrackedObject { OnPrimary = arguments.Any(known.IsPrimary) })
            : Value.Unknown;
    }

    private TrackedObject NewCommand(IObjectCreationOperation creation, Value[] arguments)
    {
        var command = new TrackedObject { Texts = [string.Empty] };
        for (var i = 0; i < arguments.Length; i++)
        {
            var parameter = creation.Arguments[i].Parameter?.Type;
            if (parameter?.SpecialType == SpecialType.System_String)
            {
                command = command with { Texts = arguments[i].Texts };
            }
            else if (context.Types.IsConnection(parameter))
            {
                command = command with { Connection = arguments[i].Object };
            }
            else if (context.Types.IsTransaction(parameter))
            {
                command = command with
                {
                    InTransaction = known.IsCertainTransaction(creation.Arguments[i].Value, arguments[i]),
                    Transaction = arguments[i].Object,
                };
            }
        }

        return command;
    }

    private TrackedObject NewDefinition(IObjectCreationOperation creation, Value[] arguments)
    {
        var text = Arguments.Named(creation.Arguments, arguments, "commandText");
        var transaction = Arguments.Named(creation.Arguments, arguments, "transaction");
        var commandType = Arguments.Named(creation.Arguments, arguments, "commandType");
        return new TrackedObject
        {
            Texts = text.Value.Texts,
            InTransaction = known.IsCertainTransaction(transaction.Source, transaction.Value),
            Transaction = transaction.Value.Object,
            IsProcedure = Arguments.IsStoredProcedure(commandType.Source),
        };
    }

    private Value OpenScope(IObjectCreationOperation creation)
    {
        // TransactionScopeOption.Suppress, 2, opens a scope in which nothing takes part.
        var suppressed = creation.Arguments.Any(static a =>
            a.Value.ConstantValue is { HasValue: true, Value: 2 } && a.Parameter?.Type.Name == "TransactionScopeOption"
        );
        if (!suppressed)
        {
            context.OpenScope();
        }

        return context.Create(creation, new TrackedObject { IsScope = !suppressed });
    }
}
