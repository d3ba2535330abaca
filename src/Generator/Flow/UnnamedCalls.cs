using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls that stand in the code without a name: operators, conversions, deconstruction, awaiters.</summary>
internal sealed class UnnamedCalls(FlowContext context, CalleeEffects callees)
{
    /// <summary>Runs a method of the project where an operation calls one.</summary>
    public void Run(IOperation operation, IMethodSymbol? called, bool isVirtual = false)
    {
        if (
            called
            is { DeclaringSyntaxReferences.IsEmpty: false }
                or { IsImplicitlyDeclared: false, ContainingType.Locations: [{ IsInSource: true }, ..] }
        )
        {
            callees.Apply(operation, called, isVirtual);
        }
    }

    /// <summary>Whatever an operation calls besides what stands in it.</summary>
    public void RunIn(IOperation operation)
    {
        switch (operation)
        {
            case IBinaryOperation binary:
                Run(operation, binary.OperatorMethod);
                break;
            case IUnaryOperation unary:
                Run(operation, unary.OperatorMethod);
                break;
            case IDeconstructionAssignmentOperation { Syntax: AssignmentExpressionSyntax syntax } when IsHere(syntax):
                RunDeconstruction(operation, context.Model.GetDeconstructionInfo(syntax));
                break;
            case IDeconstructionAssignmentOperation { Syntax: { } element }
                when element.FirstAncestorOrSelf<ForEachVariableStatementSyntax>() is { } loop
                    && IsHere(loop)
                    && (element == loop || loop.Variable.Span.Contains(element.Span)):
                RunDeconstruction(operation, context.Model.GetDeconstructionInfo(loop));
                break;
            case IRecursivePatternOperation { DeconstructSymbol: IMethodSymbol deconstruct }:
                Run(operation, deconstruct);
                break;
        }
    }

    /// <summary>The awaiter of a type of the project.</summary>
    public void RunAwaiter(IAwaitOperation operation)
    {
        if (
            operation.Syntax is AwaitExpressionSyntax syntax
            && operation.Operation.Type is { } type
            && type.Locations.Any(static l => l.IsInSource)
            && IsHere(syntax)
        )
        {
            var info = context.Model.GetAwaitExpressionInfo(syntax);
            Run(operation, info.GetAwaiterMethod);
            Run(operation, info.GetResultMethod);
        }
    }

    /// <summary>The method of a class that a call of a framework's interface runs: <c>Dispose</c> at the end of a <c>using</c>.</summary>
    public static IMethodSymbol? BehindInterface(IInvocationOperation invocation)
    {
        if (
            invocation
            is not { IsImplicit: true, TargetMethod: { ContainingType.TypeKind: TypeKind.Interface } method, Instance: { } instance }
        )
        {
            return null;
        }

        return Arguments.Unconverted(instance).Type is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } type
            ? type.FindImplementationForInterfaceMember(method) as IMethodSymbol
            : null;
    }

    private void RunDeconstruction(IOperation operation, DeconstructionInfo info)
    {
        Run(operation, info.Method);
        foreach (var nested in info.Nested)
        {
            RunDeconstruction(operation, nested);
        }
    }

    private bool IsHere(SyntaxNode syntax) => context.Model.SyntaxTree == syntax.SyntaxTree;
}
