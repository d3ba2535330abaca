using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls that the compiler leaves out with their arguments, and calls that do not come back.</summary>
internal static class Vanishing
{
    private static readonly ConditionalWeakTable<SyntaxTree, HashSet<string>> Defined = new();

    /// <summary>
    /// True for a call of a <c>[Conditional]</c> method none of whose symbols is defined, or of a partial one without a body.
    /// </summary>
    public static bool IsLeftOut(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod.OriginalDefinition;
        if (!method.ReturnsVoid)
        {
            return false;
        }

        if (method.DeclaringSyntaxReferences is [var only] && method.PartialImplementationPart is null)
        {
            return only.GetSyntax() is MethodDeclarationSyntax { Body: null, ExpressionBody: null } declaration
                    && declaration.Modifiers.Any(SyntaxKind.PartialKeyword)
                || IsUndefined(method, invocation.Syntax.SyntaxTree);
        }

        return IsUndefined(method, invocation.Syntax.SyntaxTree);
    }

    /// <summary>Whether a call does not come back: null where it does, true where it throws, false where it ends the process.</summary>
    public static bool? Throws(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        if (method is { Name: "Exit" or "FailFast", ContainingType: { Name: "Environment", ContainingNamespace.Name: "System" } })
        {
            return false;
        }

        return
            method.GetAttributes().Any(static a => a.AttributeClass?.Name == "DoesNotReturnAttribute")
            || invocation.Arguments.Any(DoesNotReturnFor)
            || (!invocation.IsVirtual && AlwaysThrows(method))
            ? true
            : null;
    }

    private static bool DoesNotReturnFor(IArgumentOperation argument) =>
        argument.Parameter is { Type.SpecialType: SpecialType.System_Boolean } parameter
        && argument.Value.ConstantValue is { HasValue: true, Value: bool value }
        && DoesNotReturnIf(parameter, value);

    private static bool DoesNotReturnIf(IParameterSymbol parameter, bool value) =>
        parameter
            .GetAttributes()
            .Any(a =>
                a is { AttributeClass.Name: "DoesNotReturnIfAttribute", ConstructorArguments: [{ Value: bool condition }] }
                && condition == value
            );

    /// <summary>A helper that ends in a throw and never returns before; what is not implemented yet will come back one day.</summary>
    private static bool AlwaysThrows(IMethodSymbol method) =>
        !method.IsAsync
        && method.OriginalDefinition.DeclaringSyntaxReferences is [var only]
        && only.GetSyntax() switch
        {
            MethodDeclarationSyntax { ExpressionBody.Expression: ThrowExpressionSyntax thrown } => !IsStub(thrown.Expression),
            LocalFunctionStatementSyntax { ExpressionBody.Expression: ThrowExpressionSyntax thrown } => !IsStub(thrown.Expression),
            MethodDeclarationSyntax { Body: { } body } => EndsInThrow(body),
            LocalFunctionStatementSyntax { Body: { } body } => EndsInThrow(body),
            _ => false,
        };

    private static bool EndsInThrow(BlockSyntax body) =>
        body.Statements.LastOrDefault() is ThrowStatementSyntax last
        && !IsStub(last.Expression)
        && !body.DescendantNodes(static n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .Any(static n => n is ReturnStatementSyntax or YieldStatementSyntax);

    private static bool IsStub(ExpressionSyntax? thrown) =>
        thrown is ObjectCreationExpressionSyntax { Type: var type }
            ? type.ToString() is var name
                && (
                    name.EndsWith("NotImplementedException", StringComparison.Ordinal)
                    || name.EndsWith("NotSupportedException", StringComparison.Ordinal)
                )
            : thrown is LiteralExpressionSyntax or PostfixUnaryExpressionSyntax { Operand: LiteralExpressionSyntax };

    private static bool IsUndefined(IMethodSymbol method, SyntaxTree tree)
    {
        var (isConditional, isDefined) = (false, false);
        foreach (var attribute in method.GetAttributes())
        {
            if (attribute is { AttributeClass: { Name: "ConditionalAttribute" }, ConstructorArguments: [{ Value: string symbol }] })
            {
                isConditional = true;
                isDefined |= Defined.GetValue(tree, SymbolsOf).Contains(symbol);
            }
        }

        return isConditional && !isDefined;
    }

    private static HashSet<string> SymbolsOf(SyntaxTree tree)
    {
        var symbols = new HashSet<string>(tree.Options.PreprocessorSymbolNames, StringComparer.Ordinal);
        if (tree.GetRoot() is { ContainsDirectives: true } root)
        {
            for (var directive = root.GetFirstToken(includeZeroWidth: true).LeadingTrivia.GetEnumerator(); directive.MoveNext(); )
            {
                switch (directive.Current.GetStructure())
                {
                    case DefineDirectiveTriviaSyntax { IsActive: true } define:
                        symbols.Add(define.Name.ValueText);
                        break;
                    case UndefDirectiveTriviaSyntax { IsActive: true } undefine:
                        symbols.Remove(undefine.Name.ValueText);
                        break;
                }
            }
        }

        return symbols;
    }
}
