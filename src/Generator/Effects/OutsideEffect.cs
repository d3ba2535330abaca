using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Effects;

/// <summary>What a body does beside reading, or may do: another run of it would do it again.</summary>
/// <param name="What">A predicate in words: "sets '_last'".</param>
/// <param name="Syntax">Where.</param>
internal sealed record OutsideEffect(string What, SyntaxNode Syntax);

/// <summary>What a body may change because nobody else has it.</summary>
/// <param name="This">The object that it runs on.</param>
/// <param name="Arguments">What it is handed, by the ordinal of the parameter; nothing for one that is not there.</param>
internal readonly record struct Owned(Ownership This, ImmutableArray<Ownership> Arguments)
{
    /// <summary>Of a body that anybody may run.</summary>
    public static readonly Owned Nothing = new(Ownership.None, ImmutableArray<Ownership>.Empty);

    /// <summary>Whose the value of a parameter is.</summary>
    public Ownership Of(IParameterSymbol parameter) => parameter.Ordinal < Arguments.Length ? Arguments[parameter.Ordinal] : Ownership.None;

    public bool Equals(Owned other) => This.Equals(other.This) && Arguments.SequenceEqual(other.Arguments);

    public override int GetHashCode() =>
        Arguments.Aggregate(This.GetHashCode(), static (hash, argument) => unchecked((hash * 31) + argument.GetHashCode()));
}
