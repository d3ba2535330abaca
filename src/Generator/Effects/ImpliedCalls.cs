using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>The methods that the language runs without their being written: of loops, awaits, deconstructions and disposals.</summary>
internal static class ImpliedCalls
{
    public static IEnumerable<(IMethodSymbol Method, IOperation On)> Of(IOperation operation, CancellationToken cancellation)
    {
        IEnumerable<(IMethodSymbol? Method, IOperation On)> found = operation switch
        {
            IForEachLoopOperation { Syntax: CommonForEachStatementSyntax loop, SemanticModel: { } model } each => OfLoop(each, loop, model),
            IAwaitOperation { Syntax: AwaitExpressionSyntax syntax, SemanticModel: { } model } awaited => OfAwait(awaited, syntax, model),
            IDeconstructionAssignmentOperation { Syntax: AssignmentExpressionSyntax syntax, SemanticModel: { } model } deconstruction =>
                MethodsOf(model.GetDeconstructionInfo(syntax)).Select(method => (method, deconstruction.Value)),
            IRecursivePatternOperation { DeconstructSymbol: IMethodSymbol method } => [(method, operation)],
            IUsingOperation { Resources: var resources } => Disposed(resources),
            IUsingDeclarationOperation { DeclarationGroup: var resources } => Disposed(resources),
            _ => [],
        };
        cancellation.ThrowIfCancellationRequested();
        return found.Where(static f => f.Method is not null).Select(static f => (f.Method!, f.On));
    }

    private static IEnumerable<(IMethodSymbol?, IOperation)> OfLoop(
        IForEachLoopOperation each,
        CommonForEachStatementSyntax loop,
        SemanticModel model
    )
    {
        var info = model.GetForEachStatementInfo(loop);
        var deconstructed = loop is ForEachVariableStatementSyntax variables ? MethodsOf(model.GetDeconstructionInfo(variables)) : [];
        return new[] { info.GetEnumeratorMethod, info.MoveNextMethod, info.CurrentProperty?.GetMethod, info.DisposeMethod }
            .Concat(deconstructed)
            .Select(method => (method, each.Collection));
    }

    private static IEnumerable<(IMethodSymbol?, IOperation)> OfAwait(
        IAwaitOperation awaited,
        AwaitExpressionSyntax syntax,
        SemanticModel model
    )
    {
        var info = model.GetAwaitExpressionInfo(syntax);
        return new[] { info.GetAwaiterMethod, info.IsCompletedProperty?.GetMethod, info.GetResultMethod }.Select(method =>
            (method, awaited.Operation)
        );
    }

    private static IEnumerable<IMethodSymbol?> MethodsOf(DeconstructionInfo info) => info.Nested.SelectMany(MethodsOf).Append(info.Method);

    /// <summary>What ends an object of the project's own: a unit of work that saves then, for one.</summary>
    private static IEnumerable<(IMethodSymbol?, IOperation)> Disposed(IOperation resources)
    {
        IEnumerable<IOperation> values = resources is IVariableDeclarationGroupOperation group
            ? group
                .Declarations.SelectMany(static d => d.Declarators)
                .Select(static d => d.GetVariableInitializer()?.Value)
                .OfType<IOperation>()
            : [resources];
        foreach (var value in values)
        {
            var type = (value as IConversionOperation)?.Operand.Type ?? value.Type;
            for (; type is { SpecialType: SpecialType.None }; type = type.BaseType)
            {
                foreach (var method in type.GetMembers().OfType<IMethodSymbol>().Where(IsDisposal))
                {
                    yield return (method, value);
                }
            }
        }
    }

    private static bool IsDisposal(IMethodSymbol method) =>
        method is { Parameters.IsEmpty: true, IsStatic: false, IsAbstract: false } && method.Name is "Dispose" or "DisposeAsync";
}
