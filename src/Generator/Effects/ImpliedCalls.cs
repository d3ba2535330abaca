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
            IUsingOperation { Resources: var resources, IsAsynchronous: var isAsync } => Disposed(resources, isAsync),
            IUsingDeclarationOperation { DeclarationGroup: var resources, IsAsynchronous: var isAsync } => Disposed(resources, isAsync),
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
    private static IEnumerable<(IMethodSymbol?, IOperation)> Disposed(IOperation resources, bool isAsync)
    {
        IEnumerable<IOperation> values = resources is IVariableDeclarationGroupOperation group
            ? group
                .Declarations.SelectMany(static d => d.Declarators)
                .Select(static d => d.GetVariableInitializer()?.Value)
                .OfType<IOperation>()
            : [resources];
        foreach (var value in values)
        {
            foreach (var type in TypesOf(value))
            {
                if (type.TypeKind == TypeKind.Interface)
                {
                    yield return (ContractOf(type, isAsync), value);
                    continue;
                }

                for (var current = type; current is { SpecialType: SpecialType.None }; current = current.BaseType)
                {
                    foreach (var method in current.GetMembers().OfType<IMethodSymbol>().Where(IsDisposal))
                    {
                        yield return (method, value);
                    }
                }
            }
        }
    }

    /// <summary>What a value is known to be: its type, or those to which a type parameter is bound.</summary>
    public static IEnumerable<ITypeSymbol> TypesOf(IOperation value)
    {
        var type = value
            is IConversionOperation { Operand.Type: { TypeKind: TypeKind.Class or TypeKind.Struct, SpecialType: SpecialType.None } made }
            ? made
            : value.Type;
        return type is ITypeParameterSymbol { ConstraintTypes: var bounds } ? bounds
            : type is null ? Enumerable.Empty<ITypeSymbol>()
            : new[] { type };
    }

    /// <summary>The member of the framework's through which an interface's object is disposed.</summary>
    private static IMethodSymbol? ContractOf(ITypeSymbol type, bool isAsync) =>
        type
            .AllInterfaces.FirstOrDefault(i => i.Name == (isAsync ? "IAsyncDisposable" : "IDisposable"))
            ?.GetMembers()
            .OfType<IMethodSymbol>()
            .FirstOrDefault(IsDisposal);

    private static bool IsDisposal(IMethodSymbol method) =>
        method is { Parameters.IsEmpty: true, IsStatic: false } && method.Name is "Dispose" or "DisposeAsync";
}
