using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>Evaluates operations in the order in which they run: gives what is known of the value and applies what they do.</summary>
internal sealed partial class ReadFlow
{
    /// <summary>Deeper expressions than this are not followed.</summary>
    private const int MaxExpressionDepth = 400;

    private void EvaluateStatement(IOperation operation)
    {
        var value = Evaluate(operation);

        // A lambda that reaches the end of a statement unused (returned, yielded, stored in an array) runs later, if ever.
        foreach (var lambda in value.Callbacks)
        {
            if (!held.Contains(lambda))
            {
                Run(lambda, LambdaUse.Later);
            }
        }
    }

    private Value Evaluate(IOperation? operation)
    {
        if (operation is null || expressionDepth > MaxExpressionDepth)
        {
            return Value.Unknown;
        }

        expressionDepth++;
        try
        {
            return EvaluateCore(operation);
        }
        finally
        {
            expressionDepth--;
        }
    }

    private Value EvaluateCore(IOperation operation)
    {
        if (operation.ConstantValue is { HasValue: true, Value: string constant })
        {
            return Value.OfText(constant);
        }

        if (operation.ConstantValue is { HasValue: true, Value: null })
        {
            return Value.Null;
        }

        switch (operation)
        {
            case IExpressionStatementOperation statement:
                Evaluate(statement.Operation);
                return Value.Unknown;
            case ISimpleAssignmentOperation assignment:
                EvaluateReceiver(assignment.Target);
                var assigned = Evaluate(assignment.Value);
                Assign(assignment.Target, assigned, assignment.Value);
                return assigned;
            case ICompoundAssignmentOperation compound:
                EvaluateReceiver(compound.Target);
                return AssignCompound(compound, Evaluate(compound.Value));
            case IEventAssignmentOperation handler:
                RunLater(Evaluate(handler.HandlerValue));
                return Value.Unknown;
            case IFlowCaptureOperation capture:
                SetValue(capture.Id, Evaluate(capture.Value));
                return Value.Unknown;
            case IFlowCaptureReferenceOperation reference:
                return GetValue(reference.Id);
            case ILocalReferenceOperation local:
                return Known(local.Local, local.Local.Type);
            case IParameterReferenceOperation parameter:
                return Known(parameter.Parameter);
            case IFieldReferenceOperation field:
                Evaluate(field.Instance);
                return EvaluateField(field.Field);
            case IPropertyReferenceOperation property:
                return EvaluateProperty(property);
            case IConversionOperation conversion:
                return types.IsExpressionTree(conversion.Type) ? Value.Unknown : Evaluate(conversion.Operand);
            case IDelegateCreationOperation creation:
                return Evaluate(creation.Target);
            case IFlowAnonymousFunctionOperation lambda:
                return Value.OfCallback(new LambdaCallback(lambda, graph));
            case IMethodReferenceOperation reference:
                Evaluate(reference.Instance);
                return Value.OfCallback(new MethodCallback(reference.Method, reference));
            case IAwaitOperation await:
                return Evaluate(await.Operation);
            case IParenthesizedOperation parenthesized:
                return Evaluate(parenthesized.Operand);
            case IInterpolatedStringOperation interpolated:
                return EvaluateInterpolated(interpolated);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String } concatenation:
                return EvaluateConcatenation(concatenation);
            case IInvocationOperation invocation:
                return EvaluateInvocation(invocation);
            case IObjectCreationOperation creation:
                return EvaluateCreation(creation);
            case ITranslatedQueryOperation query:
                return Evaluate(query.Operation);
            default:
                return Value.OfCallbacks(operation.ChildOperations.Select(Evaluate).ToList());
        }
    }

    /// <summary>Evaluates what stands left of an assignment's last dot or in its index.</summary>
    private void EvaluateReceiver(IOperation target)
    {
        foreach (var child in target.ChildOperations)
        {
            Evaluate(child);
        }
    }

    private void Assign(IOperation target, Value value, IOperation source)
    {
        switch (target)
        {
            case ILocalReferenceOperation local:
                Hold(value);
                SetValue(local.Local, value);
                return;
            case IParameterReferenceOperation parameter:
                Hold(value);
                SetValue(parameter.Parameter, value);
                return;
            case IFieldReferenceOperation field:
                RunLater(value);
                if (field.Instance is null or IInstanceReferenceOperation)
                {
                    SetValue(field.Field, value);
                }

                return;
            case IPropertyReferenceOperation property:
                RunLater(value);
                AssignProperty(property, value, source);
                return;
            default:
                RunLater(value);
                return;
        }
    }

    private void AssignProperty(IPropertyReferenceOperation target, Value value, IOperation source)
    {
        var type = target.Instance?.Type;
        if (types.IsCommand(type))
        {
            foreach (var command in Receiver(target.Instance).Objects)
            {
                var tracked = state[command];
                Update(
                    command,
                    target.Property.Name switch
                    {
                        "CommandText" => tracked with { Texts = value.Texts },
                        "CommandType" => tracked with { IsProcedure = IsStoredProcedure(source) },
                        "Transaction" => tracked with { InTransaction = IsCertainTransaction(source, value), Transaction = value.Object },
                        "Connection" => tracked with { Connection = value.Object },
                        _ => tracked,
                    }
                );
            }
        }
        else if (types.IsAdapter(type))
        {
            if (target.Property.Name == "SelectCommand" && value.Object is { } select)
            {
                ForEach(Receiver(target.Instance), adapter => Update(adapter, state[select]));
            }
        }
        else if (target.Arguments.IsEmpty && target.Instance is null or IInstanceReferenceOperation)
        {
            SetValue(target.Property, value);
        }
    }

    private Value AssignCompound(ICompoundAssignmentOperation compound, Value appended)
    {
        if (compound.Type?.SpecialType != SpecialType.System_String)
        {
            RunLater(appended);
            return Value.Unknown;
        }

        if (
            compound.Target is IPropertyReferenceOperation property
            && types.IsCommand(property.Instance?.Type)
            && property.Property.Name == "CommandText"
        )
        {
            foreach (var command in Receiver(property.Instance).Objects)
            {
                var tracked = state[command];
                Update(command, tracked with { Texts = Value.Concat(tracked.Texts, appended.Texts) });
            }

            return Value.Unknown;
        }

        var result = Value.Unknown.WithTexts(Value.Concat(Receiver(compound.Target).Texts, appended.Texts));
        Assign(compound.Target, result, compound);
        return result;
    }

    /// <summary>What a receiver is known to be, without running it a second time.</summary>
    private Value Receiver(IOperation? operation) =>
        operation switch
        {
            IFlowCaptureReferenceOperation capture => GetValue(capture.Id),
            ILocalReferenceOperation local => Known(local.Local, local.Local.Type),
            IParameterReferenceOperation parameter => Known(parameter.Parameter),
            IFieldReferenceOperation field => EvaluateField(field.Field),
            IPropertyReferenceOperation property => Known(property.Property, property.Property.Type),
            IConversionOperation conversion => Receiver(conversion.Operand),
            _ => Value.Unknown,
        };

    private Value EvaluateField(IFieldSymbol field)
    {
        if (
            field.Type.SpecialType == SpecialType.System_String
            && (field.IsReadOnly || field.IsConst)
            && SourceText.OfInitializer(field, cancellation) is { } text
        )
        {
            return Value.OfText(text);
        }

        return Known(field, field.Type);
    }

    private Value EvaluateProperty(IPropertyReferenceOperation reference)
    {
        var property = reference.Property;
        var receiver = Evaluate(reference.Instance);
        foreach (var argument in reference.Arguments)
        {
            Evaluate(argument.Value);
        }

        if (libraries.Listed.RoleOf(property) is { } role)
        {
            return ApplyListed(reference, property, property.Type, role, receiver, []);
        }

        if (property.Name == "Primary" && types.Is(property.ContainingType, types.ReplicatedDataSource))
        {
            return Create(reference, new TrackedObject { OnPrimary = true });
        }

        if (
            types.HasQueries
            && types.IsContext(property.ContainingType)
            && (types.IsQueryable(property.Type) || property.Name == "Database")
        )
        {
            return receiver;
        }

        if (types.IsTransaction(property.ContainingType) && types.IsConnection(property.Type))
        {
            // `transaction.Connection`: whatever runs there runs in the transaction.
            return receiver.Object is { } transaction && state[transaction].Connection is { } connection
                ? Value.OfObject(connection)
                : Create(reference, new TrackedObject { HasTransaction = true });
        }

        if (types.IsCommand(property.ContainingType) && types.IsConnection(property.Type))
        {
            return receiver.Object is { } command && state[command].Connection is { } connection
                ? Value.OfObject(connection)
                : Value.Unknown;
        }

        if (property.Name is "Result" && property.ContainingType?.Name is "Task" or "ValueTask")
        {
            return receiver;
        }

        if (property.Type.SpecialType == SpecialType.System_String && SourceText.OfInitializer(property, cancellation) is { } text)
        {
            return Value.OfText(text);
        }

        if (types.IsConnection(property.Type) && SourceText.MakesNewObject(property, cancellation))
        {
            return Create(reference, new TrackedObject { IsClosed = true });
        }

        if (property.GetMethod is { } getter)
        {
            ApplyCall(reference, getter, isVirtualCall: !IsBase(reference.Instance), static _ => (null, Value.Unknown));
        }

        return reference.Arguments.IsEmpty ? Known(property, property.Type) : Value.Unknown;
    }

    private static bool IsBase(IOperation? instance) => instance?.Syntax is Microsoft.CodeAnalysis.CSharp.Syntax.BaseExpressionSyntax;

    private Value EvaluateInterpolated(IInterpolatedStringOperation interpolated)
    {
        Items<string> texts = [string.Empty];
        foreach (var part in interpolated.Parts)
        {
            var piece = part switch
            {
                IInterpolatedStringTextOperation literal => Evaluate(literal.Text).Texts,
                IInterpolationOperation hole => Evaluate(hole.Expression).Texts,
                _ => EvaluateOther(part),
            };
            texts = Value.Concat(texts, piece);
        }

        return Value.Unknown.WithTexts(texts);

        Items<string> EvaluateOther(IOperation part)
        {
            foreach (var child in part.ChildOperations)
            {
                Evaluate(child);
            }

            return [];
        }
    }

    /// <summary>Long concatenations lean to the left; they are walked in a loop, not by recursion.</summary>
    private Value EvaluateConcatenation(IBinaryOperation concatenation)
    {
        var parts = new Stack<IOperation>();
        IOperation left = concatenation;
        while (
            left is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String } binary
            && !binary.ConstantValue.HasValue
        )
        {
            parts.Push(binary.RightOperand);
            left = binary.LeftOperand;
        }

        var texts = Evaluate(left).Texts;
        while (parts.Count > 0)
        {
            texts = Value.Concat(texts, Evaluate(parts.Pop()).Texts);
        }

        return Value.Unknown.WithTexts(texts);
    }

    /// <summary>What is known of a symbol's value; a connection, command or transaction that came from elsewhere is itself.</summary>
    private Value Known(ISymbol symbol, ITypeSymbol type)
    {
        if (state.Values.TryGetValue(symbol, out var value) && !value.Equals(Value.Unknown))
        {
            return value;
        }

        return
            types.IsConnection(type)
            || types.IsCommand(type)
            || types.IsAdapter(type)
            || types.IsTransaction(type)
            || types.IsDataSource(type)
            || types.IsContext(type)
            || types.IsQueryable(type)
            || LibraryTypes.IsExactly(type, types.StringBuilder)
            ? Value.OfObject(symbol)
            : Value.Unknown;
    }

    /// <summary>A parameter's text or delegate is whatever the caller hands over.</summary>
    private Value Known(IParameterSymbol parameter)
    {
        if (
            method is not null
            && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method)
            && !state.Values.ContainsKey(parameter)
        )
        {
            if (parameter.Type.SpecialType == SpecialType.System_String)
            {
                return Value.OfText(SqlText.Parameter(parameter.Ordinal));
            }

            if (parameter.Type.TypeKind == TypeKind.Delegate)
            {
                return Value.OfCallback(new ParameterCallback(parameter.Ordinal));
            }
        }

        return Known(parameter, parameter.Type);
    }

    private Value GetValue(CaptureId id) => state.Values.TryGetValue(id, out var value) ? value : Value.Unknown;

    /// <summary>What is unknown is not kept: most values of most bodies are.</summary>
    private void SetValue(object key, Value value)
    {
        // A parameter that was assigned something unknown is no longer what the caller handed over, nor a local what it was on another path.
        if (!value.Equals(Value.Unknown) || key is IParameterSymbol || state.Values.ContainsKey(key))
        {
            state = state with { Values = state.Values.SetItem(key, value) };
        }
    }

    private void Update(object identity, TrackedObject tracked) =>
        state = state with { Objects = state.Objects.SetItem(identity, tracked) };

    /// <summary>A new object; what ran through an earlier one from the same place now belongs to the past.</summary>
    private Value Create(IOperation operation, TrackedObject tracked)
    {
        Retire(operation);
        Update(operation, tracked);
        return Value.OfObject(operation);
    }

    private void Retire(object unit) => state = state with { Observed = Retired(state.Observed, unit), Wrote = Retired(state.Wrote, unit) };

    private static ImmutableHashSet<Access> Retired(ImmutableHashSet<Access> accesses, object unit)
    {
        foreach (var access in accesses)
        {
            if (access.SharesServerWith(unit))
            {
                accesses = accesses.Remove(access).Add(access with { IsCurrent = false });
            }
        }

        return accesses;
    }

    private void Hold(Value value)
    {
        foreach (var lambda in value.Callbacks)
        {
            held.Add(lambda);
        }
    }

    private void RunLater(Value value)
    {
        foreach (var lambda in value.Callbacks)
        {
            Run(lambda, LambdaUse.Later);
        }
    }

    private static bool IsStoredProcedure(IOperation? source) =>
        source?.ConstantValue is { HasValue: true, Value: 4 }
        || (source is IConversionOperation conversion && IsStoredProcedure(conversion.Operand));

    /// <summary>True where a transaction expression cannot be null (compile-time semantics: one that may be null pins nothing).</summary>
    private bool IsCertainTransaction(IOperation? source, Value value)
    {
        while (source is IConversionOperation { Operand: { } operand })
        {
            source = operand;
        }

        if (source is null or IDefaultValueOperation || value.MayBeNull)
        {
            return false;
        }

        if (value.Objects.Count > 0 && value.Objects.All(o => state[o].IsTransaction))
        {
            return true;
        }

        if (!types.IsTransaction(source.Type))
        {
            return false;
        }

        var flow =
            model.SyntaxTree == source.Syntax.SyntaxTree
                ? model.GetTypeInfo(source.Syntax, cancellation).Nullability.FlowState
                : NullableFlowState.None;
        return flow switch
        {
            NullableFlowState.NotNull => true,
            NullableFlowState.MaybeNull => false,
            _ => source is not IParameterReferenceOperation { Parameter: { HasExplicitDefaultValue: true, ExplicitDefaultValue: null } },
        };
    }
}
