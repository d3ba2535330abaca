using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// Delegates whose code is seen: the body's own lambdas and methods, which count where they stand, and those of a field that is set once,
/// where it is declared.
/// </summary>
internal sealed class KnownDelegates(OutsideEffects effects, OwnedValues values)
{
    /// <summary>Why running the delegate, or what was made of one, may do anything; null where it is known to do nothing.</summary>
    /// <param name="value">The delegate, or what was made of one.</param>
    /// <param name="handed">Whose is what the delegate is handed.</param>
    public string? WhyNotKnown(IOperation? value, Owned handed)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        if (value is IConditionalAccessInstanceOperation or null)
        {
            return string.Empty;
        }

        if (values.IsMade(value))
        {
            return null;
        }

        return value is IFieldReferenceOperation { Field: { IsReadOnly: true } field } && InitializerOf(field) is { } initializer
            ? effects.OfInitializer(initializer, handed) is { } effect
                ? $", which {effect.What}"
                : null
            : string.Empty;
    }

    /// <summary>What a field is made of that no constructor sets.</summary>
    private EqualsValueClauseSyntax? InitializerOf(IFieldSymbol field)
    {
        if (
            field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(effects.Cancellation)
                is not VariableDeclaratorSyntax { Initializer: { } initializer } declarator
            || !IsSeen(initializer.Value)
        )
        {
            return null;
        }

        var isSet = field
            .ContainingType.InstanceConstructors.Concat(field.ContainingType.StaticConstructors)
            .SelectMany(static c => c.DeclaringSyntaxReferences)
            .Select(reference => reference.GetSyntax(effects.Cancellation))
            .OfType<ConstructorDeclarationSyntax>()
            .SelectMany(static constructor => constructor.DescendantNodes())
            .OfType<IdentifierNameSyntax>()
            .Any(name => name.Identifier.ValueText == field.Name && !declarator.Contains(name));
        return isSet ? null : initializer;
    }

    private static bool IsSeen(ExpressionSyntax value) =>
        value switch
        {
            AnonymousFunctionExpressionSyntax or IdentifierNameSyntax => true,
            BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: [{ Expression: var first }, ..] } => IsSeen(first),
            _ => false,
        };
}
