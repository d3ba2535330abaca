using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Merging;

/// <summary>
/// Values that are the same whether they are evaluated now or a read later: nothing runs, nothing throws, nobody changes them.
/// </summary>
internal static class StableValue
{
    /// <summary>The local, parameter, or field of one's own or of a type that is named; null for anything else.</summary>
    public static ISymbol? SymbolOf(IOperation value) =>
        value switch
        {
            ILocalReferenceOperation { Local: { IsRef: false } local } => local,
            IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
            IFieldReferenceOperation { Field: { } field, Instance: null or IInstanceReferenceOperation } => field,
            _ => null,
        };

    /// <summary>Whether nobody changes it while the statements around it run.</summary>
    public static bool Is(ISymbol symbol, SyntaxNode near, SemanticModel model, CancellationToken cancellation) =>
        symbol switch
        {
            IFieldSymbol field => field.IsReadOnly || field.IsConst,
            ILocalSymbol { IsConst: true } => true,
            _ => !IsWrittenElsewhere(symbol, near, model, cancellation),
        };

    /// <summary>Whether an argument can be evaluated before the reads that come first.</summary>
    public static bool IsArgument(IOperation value, SemanticModel model, CancellationToken cancellation)
    {
        while (
            value
                is IConversionOperation
                {
                    OperatorMethod: null,
                    IsTryCast: false,
                    Conversion: { Exists: true, IsReference: false }
                } conversion
        )
        {
            if (!conversion.GetConversion().IsImplicit)
            {
                return false;
            }

            value = conversion.Operand;
        }

        return value.ConstantValue.HasValue
            || value switch
            {
                IDefaultValueOperation => true,
                IPropertyReferenceOperation { Arguments.IsEmpty: true } property => IsAutomatic(property.Property)
                    && (property.Instance is null or IInstanceReferenceOperation || IsThere(property.Instance, model, cancellation))
                    && (
                        property.Property is { SetMethod: null or { IsInitOnly: true } }
                        || property.Instance is not (null or IInstanceReferenceOperation)
                    ),
                _ => SymbolOf(value) is { } symbol && Is(symbol, value.Syntax, model, cancellation),
            };
    }

    /// <summary>An object that cannot be null, held by something stable.</summary>
    private static bool IsThere(IOperation instance, SemanticModel model, CancellationToken cancellation) =>
        instance.Syntax is ExpressionSyntax { Parent: not PostfixUnaryExpressionSyntax } and not PostfixUnaryExpressionSyntax
        && instance.Syntax is ExpressionSyntax syntax
        && (
            instance.Type
                is { IsValueType: true }
                    and not INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }
            || model.GetTypeInfo(syntax, cancellation).Nullability.FlowState == NullableFlowState.NotNull
        )
        && SymbolOf(instance) is { } symbol
        && Is(symbol, syntax, model, cancellation);

    /// <summary>A property that is nothing but a field.</summary>
    public static bool IsAutomatic(IPropertySymbol property) =>
        property is { IsVirtual: false, IsAbstract: false, IsOverride: false, ContainingType.TypeKind: not TypeKind.Interface }
        && property
            .OriginalDefinition.ContainingType.GetMembers()
            .Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property.OriginalDefinition))
        && property.DeclaringSyntaxReferences.All(static r =>
            r.GetSyntax() is ParameterSyntax
            || (
                r.GetSyntax() is PropertyDeclarationSyntax { AccessorList: { } accessors }
                && accessors.Accessors.All(static a => a is { Body: null, ExpressionBody: null })
            )
        );

    /// <summary>A local or parameter that a lambda or local function writes: it may run meanwhile.</summary>
    private static bool IsWrittenElsewhere(ISymbol symbol, SyntaxNode near, SemanticModel model, CancellationToken cancellation)
    {
        // A parameter of a primary constructor is a field that any member may write.
        var isOfType = symbol is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } };
        SyntaxNode? scope = isOfType
            ? near.FirstAncestorOrSelf<TypeDeclarationSyntax>()
            : near.FirstAncestorOrSelf<MemberDeclarationSyntax>();
        scope = scope is GlobalStatementSyntax ? scope.Parent : scope;
        if (scope is null || (isOfType && symbol.ContainingType.DeclaringSyntaxReferences.Length > 1))
        {
            return true;
        }

        return scope
            .DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == symbol.Name && IsTarget(name))
            .Any(name =>
                (isOfType || name.Ancestors().Any(static a => a is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
                && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellation).Symbol, symbol)
            );
    }

    private static bool IsTarget(IdentifierNameSyntax name)
    {
        SyntaxNode outer = name;
        while (
            outer.Parent is ParenthesizedExpressionSyntax or TupleExpressionSyntax
            || (outer.Parent is ArgumentSyntax { Parent: TupleExpressionSyntax })
        )
        {
            outer = outer.Parent;
        }

        return outer.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == outer,
            PrefixUnaryExpressionSyntax unary => unary.RawKind
                is (int)SyntaxKind.PreIncrementExpression
                    or (int)SyntaxKind.PreDecrementExpression
                    or (int)SyntaxKind.AddressOfExpression,
            PostfixUnaryExpressionSyntax unary => unary.RawKind is not (int)SyntaxKind.SuppressNullableWarningExpression,
            ArgumentSyntax argument => argument.RefKindKeyword.RawKind is (int)SyntaxKind.RefKeyword or (int)SyntaxKind.OutKeyword,
            RefExpressionSyntax => true,
            _ => false,
        };
    }
}
