using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// <c>new ConsistentX(new X(...))</c> for <c>new X(...)</c>, or <c>new ConsistentX(...)</c> where the wrapper derives from the class.
/// </summary>
internal sealed class WrapperCreation(
    ObjectCreationExpressionSyntax creation,
    WrappedClass wrapped,
    SourceFile file,
    CancellationToken cancellation
)
{
    /// <summary>The changes; none where something is asked of the object that its wrapper has not.</summary>
    public ImmutableArray<TextChange> Changes
    {
        get
        {
            if (WrapperName() is not { } name)
            {
                return ImmutableArray<TextChange>.Empty;
            }

            return wrapped.Shape == WrapperShape.Deriving ? Derived(name)
                : IsUsedAsInterface() ? Wrapped(name)
                : ImmutableArray<TextChange>.Empty;
        }
    }

    private ImmutableArray<TextChange> Wrapped(string name) =>
        ImmutableArray.Create(
            new TextChange(new TextSpan(creation.SpanStart, 0), $"new {name}("),
            new TextChange(new TextSpan(creation.Span.End, 0), ")")
        );

    /// <summary>Public and internal constructors are repeated; another cannot be called.</summary>
    private ImmutableArray<TextChange> Derived(string name) =>
        file.Model.GetSymbolInfo(creation, cancellation).Symbol
            is IMethodSymbol { DeclaredAccessibility: Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal }
            ? ImmutableArray.Create(new TextChange(creation.Type.Span, name))
            : ImmutableArray<TextChange>.Empty;

    /// <summary>The wrapper's name as the class's is written there, with the same type arguments.</summary>
    private string? WrapperName()
    {
        var isNested = wrapped.Type.ContainingType is not null;
        var arguments = creation.Type.DescendantNodesAndSelf().OfType<GenericNameSyntax>().LastOrDefault()?.TypeArgumentList.ToString();
        return (creation.Type, isNested) switch
        {
            (SimpleNameSyntax simple, false) when IsMeant(simple) => wrapped.WrapperName + arguments,
            (QualifiedNameSyntax qualified, false) => qualified.Left + "." + wrapped.WrapperName + arguments,
            (AliasQualifiedNameSyntax alias, false) => alias.Alias + "::" + wrapped.WrapperName + arguments,
            (_, true) when arguments is null && !wrapped.Type.IsGenericType => Space() + wrapped.WrapperName,
            _ => null,
        };
    }

    /// <summary>Not an alias, behind which the wrapper's name would not be looked for.</summary>
    private bool IsMeant(SimpleNameSyntax name) => file.Model.GetAliasInfo(name, cancellation) is null;

    private string Space() =>
        wrapped.Type.ContainingNamespace is { IsGlobalNamespace: false } space ? "global::" + space.ToDisplayString() + "." : "global::";

    private bool IsUsedAsInterface()
    {
        if (IsInterface(file.Model.GetTypeInfo(creation, cancellation).ConvertedType))
        {
            return true;
        }

        // A local of the class's own type changes its type with what it holds.
        return creation.Parent
                is EqualsValueClauseSyntax
                {
                    Parent: VariableDeclaratorSyntax
                    {
                        Parent: VariableDeclarationSyntax { Type.IsVar: true, Parent: LocalDeclarationStatementSyntax }
                    } local
                }
            && local.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } scope
            && UsesOf(local, scope) is var uses
            && uses.All(IsUseOfInterface);
    }

    private static IEnumerable<IdentifierNameSyntax> UsesOf(VariableDeclaratorSyntax local, MemberDeclarationSyntax scope) =>
        (scope is GlobalStatementSyntax ? scope.Parent! : scope)
            .DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Where(n => n.Identifier.ValueText == local.Identifier.ValueText);

    private bool IsUseOfInterface(IdentifierNameSyntax use) =>
        use.Parent is MemberAccessExpressionSyntax access && access.Expression == use
            ? file.Model.GetSymbolInfo(access, cancellation).Symbol is { } member && IsInInterface(member, access.Parent)
            : IsInterface(file.Model.GetTypeInfo(use, cancellation).ConvertedType);

    private bool IsInterface(ITypeSymbol? type) =>
        type is { TypeKind: TypeKind.Interface }
        && wrapped.Type.AllInterfaces.Any(i => SymbolEqualityComparer.Default.Equals(i.OriginalDefinition, type.OriginalDefinition));

    private bool IsInInterface(ISymbol member, SyntaxNode? use) =>
        wrapped
            .Type.AllInterfaces.SelectMany(i => i.GetMembers(member.Name))
            .Any(m =>
                SymbolEqualityComparer.Default.Equals(
                    wrapped.Type.FindImplementationForInterfaceMember(m)?.OriginalDefinition,
                    member.OriginalDefinition
                ) && TakesSame(m, member, (use as InvocationExpressionSyntax)?.ArgumentList.Arguments ?? default)
            );

    /// <summary>Whether the interface's member means the same by the arguments: names and defaults may be others there.</summary>
    private static bool TakesSame(ISymbol contract, ISymbol member, SeparatedSyntaxList<ArgumentSyntax> arguments)
    {
        if (contract is not IMethodSymbol declared || member is not IMethodSymbol called)
        {
            return true;
        }

        var pairs = declared.Parameters.Zip(called.Parameters, static (d, c) => (Declared: d, Called: c)).ToList();
        return (arguments.All(static a => a.NameColon is null) || pairs.TrueForAll(static p => p.Declared.Name == p.Called.Name))
            && pairs.TrueForAll(static p => p.Declared.IsParams == p.Called.IsParams)
            && (
                arguments.Count == pairs.Count
                || pairs.TrueForAll(static p =>
                    p.Declared.IsOptional == p.Called.IsOptional
                    && (
                        !p.Declared.HasExplicitDefaultValue
                        || Equals(p.Declared.ExplicitDefaultValue, p.Called.HasExplicitDefaultValue ? p.Called.ExplicitDefaultValue : null)
                    )
                )
            );
    }
}
