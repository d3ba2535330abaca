using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Effects;

/// <summary>What a body does beside reading, or may do: another run of it would do it again.</summary>
/// <param name="What">A predicate in words: "sets '_last'".</param>
/// <param name="Syntax">Where.</param>
internal sealed record OutsideEffect(string What, SyntaxNode Syntax);

/// <summary>What a body may change because nobody else has it.</summary>
/// <param name="This">The object that it runs on.</param>
/// <param name="Arguments">What it is handed.</param>
internal readonly record struct Owned(bool This, bool Arguments);
