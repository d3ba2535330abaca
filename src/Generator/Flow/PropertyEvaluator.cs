using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// Properties that are read, their receiver evaluated: those that hand out what reads go through, and those that run a getter.
/// </summary>
internal sealed class PropertyEvaluator(FlowContext context, KnownValues known, ListedMemberEffects listed, CalleeEffects callees)
{
    public Value Evaluate(IPropertyReferenceOperation reference, Value receiver)
    {
        var property = reference.Property;
        if (context.Libraries.Listed.RoleOf(property) is { } role)
        {
            return listed.Apply(reference, property, property.Type, role, receiver, []);
        }

        return OfLibrary(reference, receiver) ?? OfSource(reference, receiver) ?? Run(reference);
    }

    /// <summary>The properties that libraries give their objects.</summary>
    private Value? OfLibrary(IPropertyReferenceOperation reference, Value receiver)
    {
        var (property, types) = (reference.Property, context.Types);
        if (property.Name == "Primary" && types.Is(property.ContainingType, types.ReplicatedDataSource))
        {
            return context.Create(reference, new TrackedObject { OnPrimary = true });
        }

        if (
            types.HasQueries
            && types.IsContext(property.ContainingType)
            && (types.IsQueryable(property.Type) || property.Name == "Database")
        )
        {
            return receiver;
        }

        return types.IsConnection(property.Type) ? ConnectionOf(reference, receiver) : null;
    }

    /// <summary>The connection of a transaction or a command.</summary>
    private Value? ConnectionOf(IPropertyReferenceOperation reference, Value receiver)
    {
        var owner = reference.Property.ContainingType;
        if (context.Types.IsTransaction(owner))
        {
            // `transaction.Connection`: whatever runs there runs in the transaction.
            return receiver.Object is { } transaction && context[transaction].Connection is { } connection
                ? Value.OfObject(connection)
                : context.Create(reference, new TrackedObject { HasTransaction = true });
        }

        if (context.Types.IsCommand(owner))
        {
            return receiver.Object is { } command && context[command].Connection is { } connection
                ? Value.OfObject(connection)
                : Value.Unknown;
        }

        return null;
    }

    /// <summary>The properties whose source says what they hand out.</summary>
    private Value? OfSource(IPropertyReferenceOperation reference, Value receiver)
    {
        var property = reference.Property;
        if (property.Name is "Result" && property.ContainingType?.Name is "Task" or "ValueTask")
        {
            return receiver;
        }

        if (property.Type.SpecialType == SpecialType.System_String && SourceText.OfInitializer(property, context.Cancellation) is { } text)
        {
            return Value.OfText(text);
        }

        return context.Types.IsConnection(property.Type) && SourceText.MakesNewObject(property, context.Cancellation)
            ? context.Create(reference, new TrackedObject { IsClosed = true })
            : null;
    }

    private Value Run(IPropertyReferenceOperation reference)
    {
        var property = reference.Property;
        if (property.GetMethod is { } getter)
        {
            callees.Apply(reference, getter, isVirtualCall: !IsBase(reference.Instance));
        }

        return reference.Arguments.IsEmpty ? known.Of(property, property.Type) : Value.Unknown;
    }

    private static bool IsBase(IOperation? instance) => instance?.Syntax is Microsoft.CodeAnalysis.CSharp.Syntax.BaseExpressionSyntax;
}
