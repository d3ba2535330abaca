using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Whether anything in a body sends a command. Of four bodies that name what may, three do not: so the statements in which such a name stands are bound
/// first, and the whole body only where one of them does send or cannot be judged alone.
/// </summary>
internal sealed class SendingBodies(MethodSummaries.Search search, DataLibraries libraries)
{
    /// <summary>True or false where the names in the body decide it, null where only the bound body does.</summary>
    public bool? ByName(SyntaxNode body, SemanticModel model, ReachingNames reaching, CancellationToken cancellation)
    {
        var member = NameIndex.MemberOf(body);
        var mayReach = reaching.In(body.SyntaxTree, member);
        var namesQuery = reaching.NamesQuery(member);
        var isUnclear = false;
        foreach (var node in NameIndex.Mentions(body))
        {
            switch (node)
            {
                case CommonForEachStatementSyntax when namesQuery:
                    isUnclear = true;
                    break;
                case ConstructorInitializerSyntax or ImplicitObjectCreationExpressionSyntax:
                    if (Sends(model.GetSymbolInfo(node, cancellation), isVirtual: false) == true)
                    {
                        return true;
                    }

                    break;
                case var _ when NameIndex.Mentioned(node) is { } name && mayReach(name):
                    // What copies a query is told by its argument.
                    var sends = namesQuery && QueryLibrary.Copies(name) ? null : Sends(model.GetSymbolInfo(node, cancellation), node.Parent is not MemberAccessExpressionSyntax { Expression: BaseExpressionSyntax });
                    if (sends == true)
                    {
                        return true;
                    }

                    isUnclear |= sends is null;
                    break;
            }
        }

        return isUnclear ? null : false;
    }

    public bool ByOperations(IOperation body)
    {
        foreach (var operation in body.Descendants())
        {
            var sends = operation switch
            {
                IInvocationOperation call => IsOfLibrary(call.TargetMethod) || call.TargetMethod.MethodKind == MethodKind.DelegateInvoke || CopiesQuery(call.Arguments) || HasEffects(call.TargetMethod, call.IsVirtual),
                IMethodReferenceOperation group => HasEffects(group.Method, group.IsVirtual),
                IObjectCreationOperation { Constructor: { } constructor } creation => CopiesQuery(creation.Arguments) || HasEffects(constructor, isVirtualCall: false),
                IPropertyReferenceOperation { Property: { GetMethod: { } getter } property } => libraries.Listed.RoleOf(property) is not null || HasEffects(getter, isVirtualCall: true),
                IForEachLoopOperation => libraries.Types.HasQueries,
                _ => false,
            };
            if (sends)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A name that does not bind sends nothing as far as anyone can tell.</summary>
    private bool? Sends(SymbolInfo info, bool isVirtual)
    {
        if (info.Symbol is { } symbol)
        {
            return Sends(symbol, isVirtual);
        }

        return info.CandidateSymbols.IsEmpty ? false : null;
    }

    private bool? Sends(ISymbol symbol, bool isVirtual) => symbol switch
    {
        IMethodSymbol method => IsOfLibrary(method) || HasEffects(method, isVirtual),
        IPropertySymbol property when libraries.Listed.RoleOf(property) is not null => true,
        IPropertySymbol { Type.TypeKind: TypeKind.Delegate } or IFieldSymbol { Type.TypeKind: TypeKind.Delegate } => null,
        IPropertySymbol { GetMethod: { } getter } => HasEffects(getter, isVirtual),
        _ => false,
    };

    private bool IsOfLibrary(IMethodSymbol method) => libraries.Describe(method) is not null || libraries.Listed.RoleOf(method) is not null;

    private bool HasEffects(IMethodSymbol method, bool isVirtualCall) =>
        method.MethodKind != MethodKind.LocalFunction && (!search.OfCall(method, isVirtualCall, runsDelegates: false).Effects.IsEmpty || RepositoryConvention.IsRead(method));

    private bool CopiesQuery(System.Collections.Immutable.ImmutableArray<IArgumentOperation> arguments)
    {
        if (libraries.Types.HasQueries)
        {
            foreach (var argument in arguments)
            {
                if (libraries.Types.IsQueryable(argument.Value is IConversionOperation conversion ? conversion.Operand.Type : argument.Value.Type))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
