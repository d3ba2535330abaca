using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>Where an object of a wrapped class goes: to its wrapper, to a container, or neither.</summary>
internal sealed class WrapperHandover(SyntaxNodeAnalysisContext context, WrittenTypeNames names, WrappedClass wrapped)
{
    /// <summary>Whether a created object is given to its wrapper or to a container, or nobody can tell that it is not.</summary>
    public bool Ends(SyntaxNode creation)
    {
        if (CallNames.IsInRegistration(creation) || IsOfFactory(creation))
        {
            return true;
        }

        var delegates = wrapped.Shape == WrapperShape.Delegating;
        return (delegates && (IsAround(creation) || IsMadeInType(creation) || IsMadeOfResult(creation)))
            || Uses(creation).Any(use => CallNames.IsInRegistration(use) || (delegates && (IsAround(use) || IsTaken(use))));
    }

    /// <summary>
    /// Whether the class, registered under its own name, is handed out by another registration, or to the wrapper.
    /// </summary>
    public bool IsForwarded()
    {
        foreach (var node in context.Node.SyntaxTree.GetRoot(context.CancellationToken).DescendantNodes())
        {
            if (
                node is TypeSyntax type
                && !IsInName(type)
                && names.MayBeWrapper(type, wrapped)
                && (CallNames.IsInRegistration(type) || type.Parent is TypeArgumentListSyntax)
            )
            {
                return true;
            }

            if (node is InvocationExpressionSyntax call && IsResolved(call))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsInName(TypeSyntax type) => type.Parent is QualifiedNameSyntax or AliasQualifiedNameSyntax;

    /// <summary>The object itself, and where the local stands that holds it.</summary>
    private static IEnumerable<SyntaxNode> Uses(SyntaxNode creation)
    {
        yield return creation;
        var holder = CallNames.Receiver(creation);
        if (holder is ReturnStatementSyntax or LambdaExpressionSyntax)
        {
            // What a lambda makes goes where the lambda goes.
            holder = holder.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is { } lambda ? CallNames.Receiver(lambda) : null;
        }

        var local = holder switch
        {
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator } => declarator.Identifier.ValueText,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } => name.Identifier.ValueText,
            _ => null,
        };
        var scope = creation.FirstAncestorOrSelf<MemberDeclarationSyntax>(static m => m is not GlobalStatementSyntax) as SyntaxNode;
        foreach (var node in local is null ? [] : (scope ?? creation.SyntaxTree.GetRoot()).DescendantNodes())
        {
            if (node is IdentifierNameSyntax name && name.Identifier.ValueText == local)
            {
                yield return name;
            }
        }
    }

    /// <summary>Whether it is what a method returns that a registration names: <c>AddScoped&lt;IOrders&gt;(Make)</c>.</summary>
    private bool IsOfFactory(SyntaxNode creation)
    {
        if (
            CallNames.Receiver(creation) is not (ArrowExpressionClauseSyntax or ReturnStatementSyntax)
            || context.SemanticModel.GetEnclosingSymbol(creation.SpanStart, context.CancellationToken)
                is not IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.LocalFunction, Name: var factory }
        )
        {
            return false;
        }

        var code = NameCode.Of(factory);
        return context.Compilation.SyntaxTrees.Any(tree =>
            NameIndex.Of(tree).Has(code)
            && tree.GetRoot(context.CancellationToken)
                .DescendantNodes()
                .Any(n => n is IdentifierNameSyntax name && name.Identifier.ValueText == factory && CallNames.IsInRegistration(name))
        );
    }

    /// <summary>Whether a wrapper is created right around it, however that is written.</summary>
    private bool IsAround(SyntaxNode value) =>
        CallNames.Receiver(value) is ArgumentSyntax { Parent.Parent: BaseObjectCreationExpressionSyntax around } && Makes(around);

    /// <summary>Whether its type creates the wrapper anywhere, from what was created before.</summary>
    private bool IsMadeInType(SyntaxNode creation)
    {
        if (IsUsedUp(creation))
        {
            return false;
        }

        var scope = creation.FirstAncestorOrSelf<TypeDeclarationSyntax>() ?? creation.SyntaxTree.GetRoot(context.CancellationToken);
        return scope.DescendantNodes().Any(Makes);
    }

    /// <summary>Whether it is called at once, or given to an object that is no wrapper: nothing is left to be handed over.</summary>
    private bool IsUsedUp(SyntaxNode creation) =>
        CallNames.Receiver(creation) switch
        {
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } => !IsHeld(call),
            ArgumentSyntax { Parent.Parent: BaseObjectCreationExpressionSyntax around } => !IsHeld(around),
            _ => false,
        };

    /// <summary>Whether an expression may have the object in it, as the class that it is: a list, a lazy value.</summary>
    private bool IsHeld(SyntaxNode expression) =>
        context.SemanticModel.GetTypeInfo(expression, context.CancellationToken).Type is not INamedTypeSymbol type
        || SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, wrapped.Type)
        || type.TypeArguments.Any(a =>
            a is INamedTypeSymbol named
            && (SymbolEqualityComparer.Default.Equals(named.OriginalDefinition, wrapped.Type) || wrapped.CanStandFor(named))
        );

    /// <summary>Whether the node creates the wrapper; what stands in the file at hand is bound where its text does not tell.</summary>
    private bool Makes(SyntaxNode node) =>
        node switch
        {
            ObjectCreationExpressionSyntax { Type: var type } => names.MayBeWrapper(type, wrapped),
            ImplicitObjectCreationExpressionSyntax => context.SemanticModel.GetTypeInfo(node, context.CancellationToken).Type?.Name
                == wrapped.WrapperName,
            GenericNameSyntax { Parent.Parent: InvocationExpressionSyntax, TypeArgumentList.Arguments: var arguments } => arguments.Any(a =>
                names.MayBeWrapper(a, wrapped)
            ),
            _ => false,
        };

    /// <summary>
    /// Whether what it is an argument of makes the wrapper itself, or is out of sight, takes the class and returns what the wrapper may be.
    /// </summary>
    private bool IsTaken(SyntaxNode use)
    {
        var call = CallNames.Receiver(use) switch
        {
            ArgumentSyntax { Parent.Parent: { } taker } => taker,
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax onIt } => onIt,
            _ => null,
        };
        var method = call is null
            ? null
            : context.SemanticModel.GetOperation(call, context.CancellationToken) switch
            {
                IInvocationOperation invocation => invocation.TargetMethod,
                IObjectCreationOperation creation => creation.Constructor,
                _ => null,
            };
        if (method is null)
        {
            return false;
        }

        var declarations = (method.ReducedFrom ?? method).OriginalDefinition.DeclaringSyntaxReferences;
        return declarations.IsEmpty
            ? method.MethodKind != MethodKind.Constructor
                && method.ReturnType.SpecialType != SpecialType.System_Object
                && !method.ReturnsVoid
                && wrapped.CanStandFor(method.ReturnType)
                && call is InvocationExpressionSyntax
            : declarations.Any(d =>
                d.GetSyntax(context.CancellationToken).DescendantNodes().Any(n => n is TypeSyntax type && names.MayBeWrapper(type, wrapped))
            );
    }

    /// <summary>
    /// Whether it is what a member returns or holds as the class that it is, and someone hands what the member gives to the wrapper.
    /// </summary>
    private bool IsMadeOfResult(SyntaxNode creation)
    {
        if (
            CallNames.Receiver(creation)
                is not (ArrowExpressionClauseSyntax or ReturnStatementSyntax or EqualsValueClauseSyntax or AssignmentExpressionSyntax)
            || Giver(creation) is not { } member
        )
        {
            return false;
        }

        var wrapper = NameCode.Of(wrapped.WrapperName);
        return context.Compilation.SyntaxTrees.Any(tree =>
            NameIndex.Of(tree).Has(wrapper)
            && tree.GetRoot(context.CancellationToken)
                .DescendantNodes()
                .Any(n =>
                    n is IdentifierNameSyntax name
                    && name.Identifier.ValueText == member
                    && name.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } around
                    && around
                        .DescendantNodes()
                        .Any(m =>
                            m is BaseObjectCreationExpressionSyntax { ArgumentList: { } list } made
                            && list.Span.Contains(name.Span)
                            && (made is ImplicitObjectCreationExpressionSyntax || Makes(made))
                        )
                )
        );
    }

    private string? Giver(SyntaxNode creation)
    {
        var symbol = CallNames.Receiver(creation) switch
        {
            EqualsValueClauseSyntax { Parent: { } declared } => context.SemanticModel.GetDeclaredSymbol(
                declared,
                context.CancellationToken
            ),
            AssignmentExpressionSyntax { Left: var left } => context.SemanticModel.GetSymbolInfo(left, context.CancellationToken).Symbol,
            _ => context.SemanticModel.GetEnclosingSymbol(creation.SpanStart, context.CancellationToken),
        };
        var (name, type) = symbol switch
        {
            IMethodSymbol { AssociatedSymbol: IPropertySymbol property } => (property.Name, property.Type),
            IMethodSymbol method => (method.Name, method.ReturnType),
            IPropertySymbol property => (property.Name, property.Type),
            IFieldSymbol field => (field.Name, field.Type),
            _ => (null, null),
        };
        return type is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, wrapped.Type) ? name : null;
    }

    /// <summary><c>AddScoped&lt;IOrders&gt;(p => p.GetRequiredService&lt;Orders&gt;())</c>: the class is what is given.</summary>
    private bool IsResolved(InvocationExpressionSyntax call)
    {
        if (
            CallNames.Of(call) is not { Identifier.ValueText: "GetRequiredService" or "GetService" or "GetRequiredKeyedService" } name
            || !CallNames.IsInRegistration(call)
            || CallNames.Receiver(call)
                is not (
                    LambdaExpressionSyntax
                    or ReturnStatementSyntax
                    or EqualsValueClauseSyntax
                    or ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax }
                )
        )
        {
            return false;
        }

        var asked =
            name is GenericNameSyntax { TypeArgumentList.Arguments: [var type] } ? type
            : call.ArgumentList.Arguments is [{ Expression: TypeOfExpressionSyntax named }, ..] ? named.Type
            : null;
        return asked is not null
            && names.MayBe(asked)
            && SymbolEqualityComparer.Default.Equals(
                context.SemanticModel.GetTypeInfo(asked, context.CancellationToken).Type?.OriginalDefinition,
                wrapped.Type
            );
    }
}
