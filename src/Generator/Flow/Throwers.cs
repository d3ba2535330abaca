using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What in a statement may throw. Locals, parameters, constants, fields and properties that only hold a value do not; nor does waiting for
/// what has begun before, whose own failing is meant by a handler around it.
/// </summary>
internal static class Throwers
{
    /// <summary>What a statement may throw, each kind once.</summary>
    public static IEnumerable<Thrown> In(IOperation statement)
    {
        var found = new HashSet<Thrown>();
        foreach (var operation in statement.DescendantsAndSelf())
        {
            if (!operation.IsImplicit && Of(operation) is { } thrown)
            {
                found.Add(thrown);
            }
        }

        return found;
    }

    /// <summary>True where something in the statement calls another assembly, which may stand before a database.</summary>
    public static bool CallsOthers(IOperation statement) =>
        statement
            .DescendantsAndSelf()
            .Any(static o =>
                o
                    is IInvocationOperation { TargetMethod: { } method }
                        and { TargetMethod.MethodKind: not MethodKind.DelegateInvoke and not MethodKind.LocalFunction }
                && !IsPlain(method)
                && !method.Locations.Any(static l => l.IsInSource)
                && FrameworkTypes.RootOf(method.ContainingType) is not ("System" or "Microsoft")
            );

    /// <summary>The value that leaves a block by <c>throw</c>.</summary>
    public static Thrown Value(IOperation? operand)
    {
        while (operand is IConversionOperation { Operand: { } inner })
        {
            operand = inner;
        }

        return Thrown.Value(operand?.Type, operand is IObjectCreationOperation);
    }

    private static Thrown? Of(IOperation operation) =>
        operation switch
        {
            IInvocationOperation { TargetMethod: { } method } => IsPlain(method) ? null : Thrown.ByCall,
            IObjectCreationOperation creation => MayThrow(creation) ? Thrown.ByCall : null,
            IPropertyReferenceOperation property => OfProperty(property),
            IArrayElementReferenceOperation => Thrown.ByRuntime("IndexOutOfRangeException"),
            IConversionOperation { OperatorMethod: not null } => Thrown.ByCall,
            IConversionOperation { IsTryCast: false, Conversion: { IsReference: true } or { IsIdentity: false, IsNumeric: false } } =>
                Thrown.ByRuntime("InvalidCastException"),
            IBinaryOperation { OperatorMethod: { } @operator } => IsPlain(@operator) ? null : Thrown.ByCall,
            IUnaryOperation { OperatorMethod: { } @operator } => IsPlain(@operator) ? null : Thrown.ByCall,
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder } => Thrown.ByRuntime(
                "DivideByZeroException"
            ),
            IDynamicInvocationOperation or IDynamicIndexerAccessOperation => Thrown.ByCall,
            _ => null,
        };

    /// <summary>Calls that only wait for what has begun, that note something down, or that compare.</summary>
    private static bool IsPlain(IMethodSymbol method) =>
        (method.MethodKind == MethodKind.UserDefinedOperator && !method.Locations.Any(static l => l.IsInSource))
        || method.Name
            is "ConfigureAwait"
                or "AsTask"
                or "GetAwaiter"
                or "GetResult"
                or "Wait"
                or "WhenAll"
                or "WhenAny"
                or "FromResult"
                or "Preserve"
            && FrameworkTypes.RootOf(method.ContainingType) == "System"
        || method.ContainingType?.Name is "ILogger" or "LoggerExtensions" or "Console" or "Debug" or "Trace" or "Environment";

    private static bool MayThrow(IObjectCreationOperation creation)
    {
        if (creation.Constructor is not { IsImplicitlyDeclared: false } constructor)
        {
            return false;
        }

        if (constructor.DeclaringSyntaxReferences.IsEmpty)
        {
            return !constructor.Parameters.IsEmpty && !IsException(creation.Type);
        }

        return constructor.DeclaringSyntaxReferences.Any(static r => r.GetSyntax() is ConstructorDeclarationSyntax body && Acts(body));
    }

    private static Thrown? OfProperty(IPropertyReferenceOperation reference)
    {
        var property = reference.Property;
        if (property.DeclaringSyntaxReferences.Any(static r => Acts(r.GetSyntax())))
        {
            return Thrown.ByCall;
        }

        return property.IsIndexer
                ? Thrown.ByRuntime(
                    property.ContainingType.Name.Contains("Dictionary") ? "KeyNotFoundException" : "ArgumentOutOfRangeException"
                )
            : property is { Name: "Value", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }
                ? Thrown.ByRuntime("InvalidOperationException")
            : null;
    }

    /// <summary>True where the declaration calls or throws.</summary>
    private static bool Acts(SyntaxNode declaration) =>
        declaration
            .DescendantNodes()
            .Any(static n =>
                n.IsKind(SyntaxKind.InvocationExpression)
                || n.IsKind(SyntaxKind.ThrowStatement)
                || n.IsKind(SyntaxKind.ThrowExpression)
                || n.IsKind(SyntaxKind.BaseConstructorInitializer)
                    && n is ConstructorInitializerSyntax { ArgumentList.Arguments.Count: > 0 }
            );

    private static bool IsException(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type is { Name: "Exception", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } })
            {
                return true;
            }
        }

        return false;
    }
}
