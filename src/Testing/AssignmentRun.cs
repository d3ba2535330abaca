using System.Runtime.CompilerServices;

namespace MonotonicReads.Testing;

/// <summary>One run of a unit of work, under one assignment of its reads.</summary>
public sealed class AssignmentRun
{
    internal AssignmentRun(int number, CancellationToken cancellation) => (Number, CancellationToken) = (number, cancellation);

    /// <summary>Which run it is, from 1; the first sees the present alone, or the latest moment that a replica shows.</summary>
    public int Number { get; }

    /// <summary>The token that the call was given, for the unit of work.</summary>
    public CancellationToken CancellationToken { get; }

    internal string? Broken { get; private set; }

    /// <summary>States what must be so under every assignment. An assertion of a test framework, which throws, does as well.</summary>
    /// <param name="condition">Whether it is so.</param>
    /// <param name="what">What is checked, for the report; the compiler fills it in.</param>
    public void Check(bool condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (!condition)
        {
            Broken ??= what;
        }
    }
}
