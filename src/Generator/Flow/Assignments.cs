using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>Assignments, both sides evaluated: what the path knows of the target afterwards.</summary>
internal sealed class Assignments(FlowContext context, KnownValues known, CallbackRunner callbacks)
{
    public void Assign(IOperation target, Value value, IOperation source)
    {
        switch (target)
        {
            case ILocalReferenceOperation local:
                callbacks.Hold(value);
                context.SetValue(local.Local, value, isKept: context.Types.HasQueries && IsSequence(local.Type));
                return;
            case IParameterReferenceOperation parameter:
                callbacks.Hold(value);
                context.SetValue(parameter.Parameter, value);
                return;
            case IFieldReferenceOperation field:
                callbacks.RunLater(value);
                if (field.Instance is null or IInstanceReferenceOperation)
                {
                    context.SetValue(field.Field, value);
                }

                return;
            case IPropertyReferenceOperation property:
                callbacks.RunLater(value);
                AssignProperty(property, value, source);
                return;
            default:
                callbacks.RunLater(value);
                return;
        }
    }

    /// <summary>A parameter that somebody else changes is no longer what the caller handed over.</summary>
    public void Forget(IOperation target)
    {
        if (target is IParameterReferenceOperation { Parameter: { } parameter })
        {
            context.SetValue(parameter, context.GetValue(parameter).NotAsHandedOver());
        }
        else if (target is ILocalReferenceOperation { Local: { } local } && context.GetValue(local).Parameter is not null)
        {
            context.SetValue(local, context.GetValue(local).NotAsHandedOver());
        }
    }

    /// <summary>A variable that may hold a query, where one path may have put something else into it.</summary>
    public static bool IsSequence(ITypeSymbol? type) => type?.Name is "IEnumerable" or "IOrderedEnumerable" or "IAsyncEnumerable";

    public Value AssignCompound(ICompoundAssignmentOperation compound, Value appended)
    {
        if (compound.Type?.SpecialType != SpecialType.System_String)
        {
            callbacks.RunLater(appended);
            Forget(compound.Target);
            return Value.Unknown;
        }

        if (
            compound.Target is IPropertyReferenceOperation property
            && context.Types.IsCommand(property.Instance?.Type)
            && property.Property.Name == "CommandText"
        )
        {
            foreach (var command in known.Of(property.Instance).Objects)
            {
                var tracked = context[command];
                context.Update(command, tracked with { Texts = Value.Concat(tracked.Texts, appended.Texts) });
            }

            return Value.Unknown;
        }

        var result = Value.Unknown.WithTexts(Value.Concat(known.Of(compound.Target).Texts, appended.Texts));
        Assign(compound.Target, result, compound);
        return result;
    }

    private void AssignProperty(IPropertyReferenceOperation target, Value value, IOperation source)
    {
        var type = target.Instance?.Type;
        if (context.Types.IsCommand(type))
        {
            foreach (var command in known.Of(target.Instance).Objects)
            {
                context.Update(command, With(context[command], target.Property.Name, value, source));
            }
        }
        else if (context.Types.IsAdapter(type))
        {
            if (target.Property.Name == "SelectCommand" && value.Object is { } select)
            {
                foreach (var adapter in known.Of(target.Instance).Objects)
                {
                    context.Update(adapter, context[select]);
                }
            }
        }
        else if (target.Arguments.IsEmpty && target.Instance is null or IInstanceReferenceOperation)
        {
            context.SetValue(target.Property, value);
        }
    }

    private TrackedObject With(TrackedObject command, string property, Value value, IOperation source) =>
        property switch
        {
            "CommandText" => command with { Texts = value.Texts },
            "CommandType" => command with { IsProcedure = Arguments.IsStoredProcedure(source) },
            "Transaction" => command with { InTransaction = known.IsCertainTransaction(source, value), Transaction = value.Object },
            "Connection" => command with { Connection = value.Object },
            _ => command,
        };
}
