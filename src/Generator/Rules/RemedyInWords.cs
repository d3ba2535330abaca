using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// What a message advises: the annotation where something keeps it, a session in code elsewhere. Judged by the method and its class alone,
/// without a look at other classes; the fix asks in full.
/// </summary>
internal static class RemedyInWords
{
    /// <param name="symbol">What is reported.</param>
    /// <param name="isHonoured">Whether it is a handler whose annotation its endpoint keeps.</param>
    /// <param name="isAfterWrite">Whether a read follows a write.</param>
    /// <param name="compilation">Its compilation.</param>
    public static string Of(ISymbol symbol, bool isHonoured, bool isAfterWrite, Compilation compilation)
    {
        if (isHonoured || (TakesEffect(symbol) && IsWrapped((IMethodSymbol)symbol, compilation)))
        {
            return isAfterWrite ? "declare [Causal] or [Primary]" : "declare [Monotonic]";
        }

        var begin = isAfterWrite ? "begin a causal or primary ReadSession" : "begin a ReadSession";
        return symbol switch
        {
            IMethodSymbol method when IsIterator(method) => begin + " where its result is enumerated",
            IMethodSymbol { IsAsync: false } method when IsAwaited(method.ReturnType) => "make it async and " + begin,
            _ => begin,
        };
    }

    /// <summary>Whether MR2001 would not answer the annotation.</summary>
    private static bool IsWrapped(IMethodSymbol method, Compilation compilation) =>
        FrameworkActivation.Of(method.ContainingType) is not null
        || AssumedAnnotation.AddsNoObstacle(method.ContainingType, method, compilation);

    /// <summary>A session that an iterator begins is open where whoever enumerates it runs, and nowhere else.</summary>
    private static bool IsIterator(IMethodSymbol method) =>
        method
            .DeclaringSyntaxReferences.Select(static r => r.GetSyntax())
            .Any(static own =>
                own.DescendantNodes(n => n == own || n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
                    .Any(static n => n is YieldStatementSyntax)
            );

    private static bool IsAwaited(ITypeSymbol type) =>
        type.Name is "Task" or "ValueTask" && type.ContainingNamespace?.ToDisplayString() == "System.Threading.Tasks";

    private static bool TakesEffect(ISymbol symbol) =>
        symbol
            is IMethodSymbol
            {
                IsStatic: false,
                MethodKind: MethodKind.Ordinary
                    or MethodKind.ExplicitInterfaceImplementation
                    or MethodKind.PropertyGet
                    or MethodKind.PropertySet,
                ContainingType: { TypeKind: TypeKind.Class } type
            } method
        && CanCarry(method)
        && (FrameworkActivation.Of(type) is { } activation ? activation.Honours(method, type.ContainingModule) : IsReached(method, type));

    /// <summary>A property that is an expression has no accessor to annotate.</summary>
    private static bool CanCarry(IMethodSymbol method) =>
        method.AssociatedSymbol is null || method.DeclaringSyntaxReferences.All(static r => r.GetSyntax() is AccessorDeclarationSyntax);

    private static bool IsReached(IMethodSymbol method, INamedTypeSymbol type) =>
        type.IsAbstract && (method.IsVirtual || method.IsAbstract || method.IsOverride)
            ? !method.IsSealed
            : IsOfInterface(method, type)
                || (
                    (method.IsVirtual || (method.IsOverride && !method.IsSealed))
                    && method.DeclaredAccessibility != Accessibility.Private
                    && type is { IsSealed: false, IsRecord: false }
                );

    private static bool IsOfInterface(IMethodSymbol method, INamedTypeSymbol type)
    {
        if (type.AllInterfaces.IsEmpty || !IsNameable(type))
        {
            return false;
        }

        if (!method.ExplicitInterfaceImplementations.IsEmpty)
        {
            return true;
        }

        return method.DeclaredAccessibility == Accessibility.Public
            && type.AllInterfaces.Any(contract =>
                contract
                    .GetMembers(method.Name)
                    .Any(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), method))
            );
    }

    private static bool IsNameable(INamedTypeSymbol type) =>
        TypeChain
            .Of(type)
            .All(static t =>
                !t.IsFileLocal
                && t.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
            );
}
