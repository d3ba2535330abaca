using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>Whose is what a delegate is handed by the call that takes it.</summary>
internal static class HandedToDelegates
{
    /// <summary>Of one parameter of the delegate.</summary>
    /// <param name="use">Where the delegate stands.</param>
    /// <param name="parameter">Its parameter, or that of the lambda or method that it runs.</param>
    /// <param name="values">Those of the body.</param>
    /// <param name="effects">What members do.</param>
    public static Ownership Of(IOperation use, IParameterSymbol parameter, OwnedValues values, OutsideEffects effects)
    {
        if (Ownership.IsPlain(parameter.Type))
        {
            return Ownership.All;
        }

        var around = use.Parent;
        while (around is IDelegateCreationOperation or IConversionOperation or IArgumentOperation)
        {
            around = around.Parent;
        }

        return around switch
        {
            IFieldInitializerOperation => values.HandedToDelegate(parameter),
            IInvocationOperation taker when effects.Libraries.IsOfLibrary(taker.TargetMethod) => ByLibrary(taker, use, values)
                .Part(parameter.Type, values.Compilation),
            // The project's own may hand it anything that it can reach.
            IInvocationOperation taker when !taker.TargetMethod.Locations.Any(static l => l.IsInSource) => IsOfMapper(parameter.Type)
                ? Ownership.All
                : ByFramework(taker, use, values).Part(parameter.Type, values.Compilation),
            _ => Ownership.None,
        };
    }

    // It makes what it hands on, but for a state that is handed to it for that.
    private static Ownership ByLibrary(IInvocationOperation taker, IOperation use, OwnedValues values) =>
        Others(taker, use)
            .Where(argument =>
                argument.Parameter is { OriginalDefinition.Type: var type } && IsGeneric(type) && !IsReceiver(argument, taker)
            )
            .Aggregate(Ownership.All, (whole, argument) => whole.With(argument.Value.Type, values.Of(argument.Value)));

    // It hands on what it is called on, and what it is handed.
    private static Ownership ByFramework(IInvocationOperation taker, IOperation use, OwnedValues values) =>
        Others(taker, use)
            .Aggregate(
                taker.Instance is { } instance ? values.Of(instance) : Ownership.All,
                (whole, argument) => whole.With(argument.Value.Type, values.Of(argument.Value))
            );

    private static IEnumerable<IArgumentOperation> Others(IInvocationOperation taker, IOperation use) =>
        taker.Arguments.Where(argument => !argument.DescendantsAndSelf().Contains(use));

    private static bool IsReceiver(IArgumentOperation argument, IInvocationOperation taker) =>
        taker.TargetMethod.IsExtensionMethod && argument.Parameter?.Ordinal == 0;

    private static bool IsGeneric(ITypeSymbol type) =>
        type switch
        {
            ITypeParameterSymbol => true,
            IArrayTypeSymbol array => IsGeneric(array.ElementType),
            INamedTypeSymbol { TypeKind: not TypeKind.Delegate, Name: not "Expression" } named => named.TypeArguments.Any(IsGeneric),
            _ => false,
        };

    /// <summary>The options of one call.</summary>
    private static bool IsOfMapper(ITypeSymbol type) => type.ContainingNamespace is { Name: "AutoMapper" };
}
