using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Whether anything in a bound body sends a command. Of four bodies that name what may, three do not, and need no control-flow graph.
/// </summary>
internal sealed class SendingBodies(ICalleeSummaries search, DataLibraries libraries)
{
    /// <param name="body">The bound body.</param>
    public bool IsOne(IOperation body)
    {
        foreach (var operation in body.Descendants())
        {
            if (Sends(operation) || SendsUnnamed(operation))
            {
                return true;
            }
        }

        return false;
    }

    private bool Sends(IOperation operation) =>
        operation switch
        {
            IInvocationOperation call => IsOfLibrary(call.TargetMethod)
                || call.TargetMethod.MethodKind == MethodKind.DelegateInvoke
                || CopiesQuery(call.Arguments)
                || HasEffects(call.TargetMethod, call.IsVirtual),
            IMethodReferenceOperation group => IsOfLibrary(group.Method) || HasEffects(group.Method, group.IsVirtual),
            IObjectCreationOperation { Constructor: { } constructor } creation => CopiesQuery(creation.Arguments)
                || HasEffects(constructor, isVirtualCall: false),
            IPropertyReferenceOperation { Property: { GetMethod: { } getter } property } => libraries.Listed.RoleOf(property) is not null
                || HasEffects(getter, isVirtualCall: true),
            IForEachLoopOperation => libraries.Types.HasQueries || search.CallsImplicitly,
            IConversionOperation { OperatorMethod: null } held => HoldsQuery(held),
            _ => false,
        };

    /// <summary>A query that is held as the sequence of its rows.</summary>
    private bool HoldsQuery(IConversionOperation conversion) =>
        libraries.Types.HasQueries && libraries.Types.IsQueryable(conversion.Operand.Type) && !libraries.Types.IsQueryable(conversion.Type);

    /// <summary>What calls a member without naming it.</summary>
    private bool SendsUnnamed(IOperation operation) =>
        operation switch
        {
            IBinaryOperation { OperatorMethod: { } @operator } => HasEffects(@operator, isVirtualCall: false),
            IUnaryOperation { OperatorMethod: { } @operator } => HasEffects(@operator, isVirtualCall: false),
            ICompoundAssignmentOperation { OperatorMethod: { } @operator } => HasEffects(@operator, isVirtualCall: false),
            IIncrementOrDecrementOperation { OperatorMethod: { } @operator } => HasEffects(@operator, isVirtualCall: false),
            IConversionOperation { OperatorMethod: { } @operator } => HasEffects(@operator, isVirtualCall: false),
            ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.SetMethod: { } setter } } => HasEffects(
                setter,
                isVirtualCall: true
            ),
            IEventAssignmentOperation or IUsingOperation or IUsingDeclarationOperation or IAwaitOperation => search.CallsImplicitly,
            IDeconstructionAssignmentOperation or IRecursivePatternOperation => search.CallsImplicitly,
            _ => false,
        };

    private bool IsOfLibrary(IMethodSymbol method) => libraries.Describe(method) is not null || libraries.Listed.RoleOf(method) is not null;

    private bool HasEffects(IMethodSymbol method, bool isVirtualCall) =>
        method.MethodKind != MethodKind.LocalFunction
        && (!search.OfCall(method, isVirtualCall, runsDelegates: false).Effects.IsEmpty || RepositoryConvention.IsRead(method));

    private bool CopiesQuery(System.Collections.Immutable.ImmutableArray<IArgumentOperation> arguments)
    {
        if (libraries.Types.HasQueries)
        {
            foreach (var argument in arguments)
            {
                if (
                    libraries.Types.IsQueryable(
                        argument.Value is IConversionOperation conversion ? conversion.Operand.Type : argument.Value.Type
                    )
                )
                {
                    return true;
                }
            }
        }

        return false;
    }
}
