using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Deferral;

/// <summary>Where a read that has not been made yet leaves the code around it.</summary>
/// <param name="Place">The expression that carries it out.</param>
/// <param name="Carrier">What carries it.</param>
/// <param name="IsCertain">False where it may as well have been made.</param>
/// <param name="IsReturned">Whether it is the result.</param>
internal readonly record struct Leaving(SyntaxNode Place, Carrier Carrier, bool IsCertain, bool IsReturned);

/// <summary>What carries a read that is made later.</summary>
internal enum Carrier
{
    /// <summary>A sequence that is walked through.</summary>
    Sequence,

    /// <summary>A delegate that is called.</summary>
    Delegate,

    /// <summary>An object that holds one of them.</summary>
    Holder,
}
