using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>New objects, and what is put into them where they are made.</summary>
internal static class MadeValues
{
    /// <summary>Whose the value is; null where it is nothing that is made here.</summary>
    public static Ownership? Of(IOperation value, OwnedValues values) =>
        value switch
        {
            IObjectCreationOperation
            or IArrayCreationOperation
            or IAnonymousObjectCreationOperation
            or ITypeParameterObjectCreationOperation
            or ITupleOperation => WithAllOf(value, Ownership.All, values),
            ILiteralOperation or IDefaultValueOperation or IInterpolatedStringOperation or IThrowOperation => Ownership.All,
            IWithOperation with => WithAllOf(with, values.Of(with.Operand) is { IsMade: true } whole ? whole : Ownership.Shell, values),
            IDelegateCreationOperation creation => values.GivenBy(creation.Target),
            IAnonymousFunctionOperation lambda => values.GivenBy(lambda),
            _ when value.Syntax is CollectionExpressionSyntax => WithAllOf(value, Ownership.All, values),
            _ => null,
        };

    private static Ownership WithAllOf(IOperation parent, Ownership made, OwnedValues values) =>
        parent.ChildOperations.Aggregate(made, (whole, child) => With(whole, child, values));

    private static Ownership With(Ownership whole, IOperation child, OwnedValues values) =>
        child switch
        {
            IArgumentOperation argument => With(whole, argument.Value, values),
            ISimpleAssignmentOperation assignment => With(whole, assignment.Value, values),
            IObjectOrCollectionInitializerOperation or IArrayInitializerOperation or IMemberInitializerOperation => WithAllOf(
                child,
                whole,
                values
            ),
            IConversionOperation { IsImplicit: true, Operand.Syntax: CollectionExpressionSyntax } conversion => With(
                whole,
                conversion.Operand,
                values
            ),
            IInvocationOperation { Instance: IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ImplicitReceiver } } add =>
                add.Arguments.Aggregate(whole, (inner, argument) => With(inner, argument.Value, values)),
            IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ImplicitReceiver } => whole,
            // Of an element that is spread only what it holds is put in; its own type does no harm.
            _ when child.Type is null && child.ChildOperations.Count > 0 => WithAllOf(child, whole, values),
            _ => whole.With(child.Type, values.Of(child)),
        };
}
