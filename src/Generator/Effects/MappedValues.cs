using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// What a mapper makes of what it is handed. It is new unless it may be what was handed; but a mapper takes over as they are the parts that
/// fit, so that whatever is reached through its source may be in it.
/// </summary>
internal static class MappedValues
{
    /// <summary>More types than these are not told apart.</summary>
    private const int MaxReached = 12;

    /// <summary>Whose the result of a mapper's call is.</summary>
    public static Ownership Of(IInvocationOperation call, OwnedValues values)
    {
        var handed = Ownership.All;
        var reached = Ownership.All;
        foreach (var argument in call.Arguments)
        {
            var own = values.Of(argument.Value);
            if (own.Equals(Ownership.All))
            {
                continue;
            }

            var type = Unconverted(argument.Value).Type;
            handed = handed.With(type, own);
            reached = ReachedFrom(type).Aggregate(reached.With(type, own), static (whole, part) => whole.With(part, Ownership.None));
        }

        return handed.Part(call.Type, values.Compilation).IsMade ? reached : Ownership.None;
    }

    // What it is converted to in order to be handed on says less than what it is.
    private static IOperation Unconverted(IOperation value)
    {
        while (value is IConversionOperation { IsImplicit: true, OperatorMethod: null, Operand: { Type: not null } operand })
        {
            value = operand;
        }

        return value;
    }

    private static HashSet<ITypeSymbol> ReachedFrom(ITypeSymbol? type)
    {
        var seen = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        var pending = new Queue<ITypeSymbol>();
        Enqueue(type);
        while (pending.Count > 0 && seen.Count <= MaxReached)
        {
            var next = pending.Dequeue();
            if (next is IArrayTypeSymbol array)
            {
                Enqueue(array.ElementType);
                continue;
            }

            foreach (var argument in (next as INamedTypeSymbol)?.TypeArguments ?? ImmutableArray<ITypeSymbol>.Empty)
            {
                Enqueue(argument);
            }

            if (next.ContainingNamespace?.ToDisplayString().StartsWith("System", StringComparison.Ordinal) == true)
            {
                continue;
            }

            for (var current = next; current is { SpecialType: SpecialType.None }; current = current.BaseType)
            {
                foreach (var member in current.GetMembers().Where(static m => !m.IsStatic))
                {
                    Enqueue((member as IPropertySymbol)?.Type ?? (member as IFieldSymbol)?.Type);
                }
            }
        }

        return seen;

        void Enqueue(ITypeSymbol? found)
        {
            if (found is not null && !Ownership.IsPlain(found) && seen.Add(found))
            {
                pending.Enqueue(found);
            }
        }
    }
}
