using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>Evaluates operations in the order in which they run: gives what is known of the value and applies what they do.</summary>
internal sealed class Evaluator(
    FlowContext context,
    KnownValues known,
    Assignments assignments,
    PropertyEvaluator properties,
    CallEvaluator calls,
    CreationEvaluator creations,
    CallbackRunner callbacks,
    UnnamedCalls unnamed
)
{
    /// <summary>Deeper expressions than this are not followed.</summary>
    private const int MaxDepth = 400;

    /// <summary>Variables whose assignment waits until a choice is made: <c>sql = x ? a : b</c>.</summary>
    private readonly Dictionary<CaptureId, IOperation> _targets = [];

    private int _depth;

    public void EvaluateStatement(IOperation operation) => callbacks.RunUnheld(Evaluate(operation));

    private Value Evaluate(IOperation? operation)
    {
        if (operation is null || _depth > MaxDepth)
        {
            return Value.Unknown;
        }

        _depth++;
        try
        {
            return operation.ConstantValue switch
            {
                { HasValue: true, Value: string constant } => Value.OfText(constant),
                { HasValue: true, Value: null } => Value.Null,
                _ => OfChange(operation) ?? OfReference(operation) ?? OfInner(operation) ?? OfText(operation) ?? OfCall(operation),
            };
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>What changes a variable.</summary>
    private Value? OfChange(IOperation operation)
    {
        switch (operation)
        {
            case IExpressionStatementOperation statement:
                Evaluate(statement.Operation);
                return Value.Unknown;
            case ISimpleAssignmentOperation assignment:
                var target =
                    assignment.Target is IFlowCaptureReferenceOperation waiting && _targets.TryGetValue(waiting.Id, out var variable)
                        ? variable
                        : assignment.Target;
                EvaluateChildren(assignment.Target);
                var assigned = Evaluate(assignment.Value);
                assignments.Assign(target, assigned, assignment.Value);
                RunSetter(assignment.Target);
                return assigned;
            case ICompoundAssignmentOperation compound:
                if (compound.Target is IPropertyReferenceOperation)
                {
                    Evaluate(compound.Target);
                }
                else
                {
                    EvaluateChildren(compound.Target);
                }

                var appended = Evaluate(compound.Value);
                unnamed.Run(compound, compound.OperatorMethod);
                RunSetter(compound.Target);
                return assignments.AssignCompound(compound, appended);
            case IIncrementOrDecrementOperation step:
                Evaluate(step.Target);
                unnamed.Run(step, step.OperatorMethod);
                RunSetter(step.Target);
                assignments.Forget(step.Target);
                return Value.Unknown;
            case IEventAssignmentOperation handler:
                callbacks.RunLater(Evaluate(handler.HandlerValue));
                if (handler.EventReference is IEventReferenceOperation { Event: { } changed })
                {
                    unnamed.Run(handler, handler.Adds ? changed.AddMethod : changed.RemoveMethod, isVirtual: true);
                }

                return Value.Unknown;
            case IFlowCaptureOperation capture:
                if (capture.Value is ILocalReferenceOperation or IParameterReferenceOperation)
                {
                    _targets[capture.Id] = capture.Value;
                }

                context.SetValue(
                    capture.Id,
                    Evaluate(capture.Value),
                    isKept: context.Types.HasQueries && Assignments.IsSequence(capture.Value.Type)
                );
                return Value.Unknown;
            default:
                return null;
        }
    }

    /// <summary>What names a variable or a member that holds a value.</summary>
    private Value? OfReference(IOperation operation)
    {
        switch (operation)
        {
            case IFlowCaptureReferenceOperation reference:
                return context.GetValue(reference.Id);
            case ILocalReferenceOperation local:
                return known.Of(local.Local, local.Local.Type);
            case IParameterReferenceOperation parameter:
                return known.Of(parameter.Parameter);
            case IFieldReferenceOperation field:
                Evaluate(field.Instance);
                return known.Of(field.Field);
            case IPropertyReferenceOperation property:
                return OfProperty(property);
            default:
                return null;
        }
    }

    /// <summary>What stands around another operation, or around code that runs elsewhere.</summary>
    private Value? OfInner(IOperation operation)
    {
        switch (operation)
        {
            case IConversionOperation conversion:
                return OfConversion(conversion);
            case IDelegateCreationOperation creation:
                return Evaluate(creation.Target);
            case IFlowAnonymousFunctionOperation lambda:
                return Value.OfCallback(new LambdaCallback(lambda, context.Graph));
            case IMethodReferenceOperation reference:
                Evaluate(reference.Instance);
                return Value.OfCallback(new MethodCallback(reference.Method, reference));
            case IAwaitOperation await:
                var awaited = Evaluate(await.Operation);
                unnamed.RunAwaiter(await);
                return awaited;
            case IParenthesizedOperation parenthesized:
                return Evaluate(parenthesized.Operand);
            case ITranslatedQueryOperation query:
                return Evaluate(query.Operation);
            default:
                return null;
        }
    }

    /// <summary>A query stays one where it is held as a mere sequence.</summary>
    private Value OfConversion(IConversionOperation conversion)
    {
        if (context.Types.IsExpressionTree(conversion.Type))
        {
            return Value.Unknown;
        }

        var value = Evaluate(conversion.Operand);
        unnamed.Run(conversion, conversion.OperatorMethod);
        return
            context.Types.HasQueries
            && value.Query is null
            && context.Types.IsQueryable(conversion.Operand.Type)
            && QueryShapes.IsQuery(conversion.Operand, context.Types)
            ? value.OfQuery(QueryShape.Plain)
            : value;
    }

    private Value? OfText(IOperation operation) =>
        operation switch
        {
            IInterpolatedStringOperation interpolated => OfInterpolated(interpolated),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String } concatenation =>
                OfConcatenation(concatenation),
            _ => null,
        };

    private Value OfCall(IOperation operation) =>
        operation switch
        {
            IInvocationOperation invocation => OfInvocation(invocation),
            IObjectCreationOperation creation => OfCreation(creation),
            _ => OfChildren(operation),
        };

    private Value OfChildren(IOperation operation)
    {
        var result = Value.Unknown;
        foreach (var child in operation.ChildOperations)
        {
            result = result.WithCallbacksOf(Evaluate(child));
        }

        unnamed.RunIn(operation);
        return result;
    }

    private void RunSetter(IOperation target)
    {
        if (target is IPropertyReferenceOperation { Property.SetMethod: { } setter } property)
        {
            unnamed.Run(
                target,
                setter,
                isVirtual: property.Instance?.Syntax is not Microsoft.CodeAnalysis.CSharp.Syntax.BaseExpressionSyntax
            );
        }
    }

    private Value OfInvocation(IInvocationOperation invocation)
    {
        if (Vanishing.IsLeftOut(invocation))
        {
            return Value.Unknown;
        }

        var receiver = Evaluate(invocation.Instance);
        var arguments = new Value[invocation.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(invocation.Arguments[i].Value);
        }

        var result = calls.Evaluate(invocation, receiver, arguments);
        foreach (var argument in invocation.Arguments)
        {
            if (argument.Parameter is { RefKind: RefKind.Ref or RefKind.Out })
            {
                assignments.Forget(argument.Value);
            }
        }

        if (Vanishing.Throws(invocation) is { } throws)
        {
            context.End(throws);
        }

        return result;
    }

    private Value OfCreation(IObjectCreationOperation creation)
    {
        var arguments = new Value[creation.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(creation.Arguments[i].Value);
            callbacks.RunLater(arguments[i]);
        }

        return creations.Evaluate(creation, arguments);
    }

    private Value OfProperty(IPropertyReferenceOperation reference)
    {
        var receiver = Evaluate(reference.Instance);
        foreach (var argument in reference.Arguments)
        {
            Evaluate(argument.Value);
        }

        return properties.Evaluate(reference, receiver);
    }

    private Value OfInterpolated(IInterpolatedStringOperation interpolated)
    {
        Items<string> texts = [string.Empty];
        foreach (var part in interpolated.Parts)
        {
            var piece = part switch
            {
                IInterpolatedStringTextOperation literal => Evaluate(literal.Text).Texts,
                IInterpolationOperation hole => Evaluate(hole.Expression).Texts,
                _ => OfUnknownPart(part),
            };
            texts = Value.Concat(texts, piece);
        }

        return Value.Unknown.WithTexts(texts);

        Items<string> OfUnknownPart(IOperation part)
        {
            EvaluateChildren(part);
            return [];
        }
    }

    /// <summary>Long concatenations lean to the left; they are walked in a loop, not by recursion.</summary>
    private Value OfConcatenation(IBinaryOperation concatenation)
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

    /// <summary>Of the target of an assignment: what stands left of its last dot or in its index.</summary>
    private void EvaluateChildren(IOperation operation)
    {
        foreach (var child in operation.ChildOperations)
        {
            Evaluate(child);
        }
    }
}
