using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the path knows of a symbol or an object, read without running anything.</summary>
internal sealed class KnownValues(FlowContext context)
{
    /// <summary>What a receiver is known to be, without running it a second time.</summary>
    public Value Of(IOperation? operation) =>
        operation switch
        {
            IFlowCaptureReferenceOperation capture => context.GetValue(capture.Id),
            ILocalReferenceOperation local => Of(local.Local, local.Local.Type),
            IParameterReferenceOperation parameter => Of(parameter.Parameter),
            IFieldReferenceOperation field => Of(field.Field),
            IPropertyReferenceOperation property => Of(property.Property, property.Property.Type),
            IConversionOperation conversion => Of(conversion.Operand),
            _ => Value.Unknown,
        };

    public Value Of(IFieldSymbol field)
    {
        if (
            field.Type.SpecialType == SpecialType.System_String
            && (field.IsReadOnly || field.IsConst)
            && SourceText.OfInitializer(field, context.Cancellation) is { } text
        )
        {
            return Value.OfText(text);
        }

        return Of(field, field.Type);
    }

    /// <summary>What is known of a symbol's value; a connection, command or transaction that came from elsewhere is itself.</summary>
    public Value Of(ISymbol symbol, ITypeSymbol type)
    {
        if (context.State.Values.TryGetValue(symbol, out var value) && !value.Equals(Value.Unknown))
        {
            return value;
        }

        return context.Types.IsTracked(type) ? Value.OfObject(symbol) : Value.Unknown;
    }

    /// <summary>A parameter's text or delegate is whatever the caller hands over.</summary>
    public Value Of(IParameterSymbol parameter)
    {
        if (IsAsHandedOver(parameter))
        {
            if (parameter.Type.SpecialType == SpecialType.System_String)
            {
                return Value.OfText(SqlText.Parameter(parameter.Ordinal)).OfParameter(parameter.Ordinal);
            }

            if (parameter.Type.TypeKind == TypeKind.Delegate)
            {
                return Value.OfCallback(new ParameterCallback(parameter.Ordinal));
            }

            if (IsTested(parameter.Type))
            {
                return Value.Unknown.OfParameter(parameter.Ordinal);
            }
        }

        return Of(parameter, parameter.Type);
    }

    /// <summary>The parameter that an operation is, as the caller handed it over; null where it is none.</summary>
    public int? ParameterOf(IOperation operation) =>
        operation is IParameterReferenceOperation { Parameter: { } parameter } && IsAsHandedOver(parameter)
            ? parameter.Ordinal
            : Of(operation).Parameter;

    private bool IsAsHandedOver(IParameterSymbol parameter) =>
        context.Method is { } method
        && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method)
        && !context.State.Values.ContainsKey(parameter);

    /// <summary>A switch, a choice or a number, which code compares with constants.</summary>
    private static bool IsTested(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var inner] }
            ? IsTested(inner)
            : type.TypeKind == TypeKind.Enum || type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_UInt64;

    /// <summary>True where whatever goes through it is certain to reach the primary.</summary>
    public bool IsPrimary(Value value) =>
        value.Objects.Count > 0 && value.Objects.All(o => context[o].OnPrimary || (context[o].Connection is { } c && context[c].OnPrimary));

    /// <summary>The command that an object is, as it would be sent now.</summary>
    public SentCommand CommandOf(Value command, bool forRows)
    {
        var objects = command.Objects;
        var single = command.Object is { } identity ? context[identity] : TrackedObject.Default;
        return new SentCommand
        {
            Texts = objects.IsEmpty ? [] : objects.Select(c => context[c].Texts).Aggregate(Value.JoinTexts),
            ForRows = forRows,
            IsProcedure = !objects.IsEmpty && objects.All(c => context[c].IsProcedure),
            InTransaction = !objects.IsEmpty && objects.All(c => context[c].InTransaction),
            Transaction = single.Transaction,
            OnPrimary = IsPrimary(command),
            Connection = single.Connection,
            Command = command.Object,
        };
    }

    /// <summary>True where a transaction expression cannot be null (compile-time semantics: one that may be null pins nothing).</summary>
    public bool IsCertainTransaction(IOperation? source, Value value)
    {
        while (source is IConversionOperation { Operand: { } operand })
        {
            source = operand;
        }

        if (source is null or IDefaultValueOperation || value.MayBeNull)
        {
            return false;
        }

        if (value.Objects.Count > 0 && value.Objects.All(o => context[o].IsTransaction))
        {
            return true;
        }

        return context.Types.IsTransaction(source.Type)
            && FlowStateOf(source) switch
            {
                NullableFlowState.NotNull => true,
                NullableFlowState.MaybeNull => false,
                _ => source
                    is not IParameterReferenceOperation { Parameter: { HasExplicitDefaultValue: true, ExplicitDefaultValue: null } },
            };
    }

    private NullableFlowState FlowStateOf(IOperation source) =>
        context.Model.SyntaxTree == source.Syntax.SyntaxTree
            ? context.Model.GetTypeInfo(source.Syntax, context.Cancellation).Nullability.FlowState
            : NullableFlowState.None;
}
