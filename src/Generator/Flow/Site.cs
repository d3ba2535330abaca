using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>A place in the source that reads or writes: an own statement, or a call of a method that does.</summary>
/// <param name="Operation">The operation; sites are the same where it is.</param>
/// <param name="Name">What to call it in a message: <c>QueryAsync</c>, <c>GetOrder</c>.</param>
/// <param name="ThroughCall">True where a callee does the reading or writing.</param>
internal sealed record Site(IOperation Operation, string Name, bool ThroughCall)
{
    public Location Location =>
        Operation.Syntax
            is Microsoft.CodeAnalysis.CSharp.Syntax.InvocationExpressionSyntax
            {
                Expression: Microsoft.CodeAnalysis.CSharp.Syntax.MemberAccessExpressionSyntax member
            }
            ? Location.Create(
                Operation.Syntax.SyntaxTree,
                Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(member.Name.SpanStart, Operation.Syntax.Span.End)
            )
            : Operation.Syntax.GetLocation();

    public int Position =>
        Operation.Syntax
            is Microsoft.CodeAnalysis.CSharp.Syntax.InvocationExpressionSyntax
            {
                Expression: Microsoft.CodeAnalysis.CSharp.Syntax.MemberAccessExpressionSyntax member
            }
            ? member.Name.SpanStart
            : Operation.Syntax.SpanStart;

    public bool Equals(Site? other) => other is not null && ReferenceEquals(Operation, other.Operation);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Operation);
}

/// <summary>A read that has answered, or a write that was made, on some path.</summary>
/// <param name="Site">Where it stands.</param>
/// <param name="Unit">The routing unit it ran in, null for a unit of its own; what runs in one unit reaches one server.</param>
/// <param name="IsCurrent">False once the unit's object was made or opened anew, as in the next iteration of a loop.</param>
/// <param name="OnPrimary">True where it ran on the primary.</param>
/// <param name="Through">What the site reaches it through.</param>
internal readonly record struct Access(Site Site, object? Unit, bool IsCurrent, bool OnPrimary, Detour Through = Detour.None)
{
    /// <summary>The read session in which a write was made, and which knows of it; null for none.</summary>
    public object? Session { get; init; }

    /// <summary>True where this access and one in <paramref name="unit"/> now are certain to reach one server.</summary>
    public bool SharesServerWith(object? unit) => unit is not null && IsCurrent && Equals(Unit, unit);

    /// <summary>True where the session that is open now knows of this write.</summary>
    public bool IsKnownTo(OpenSession? session) => session is not null && Equals(Session, session.Identity);

    /// <summary>The same after the object of a unit, or a session, was made anew.</summary>
    public Access Retired(object unit) =>
        this with
        {
            IsCurrent = IsCurrent && !SharesServerWith(unit),
            Session = Equals(Session, unit) ? null : Session,
        };
}

/// <summary>A replica read that may be answered by an older state than the path has seen or written.</summary>
/// <param name="Read">The read at fault.</param>
/// <param name="Earlier">The read, or for a write-then-read the write, that it follows.</param>
/// <param name="Through">What one of the two is reached through, so that mostly they do not meet.</param>
internal readonly record struct Fault(Site Read, Site Earlier, Detour Through = Detour.None)
{
    /// <summary>The session in which it is read, on every path; null for none.</summary>
    public object? Session { get; init; }

    /// <summary>True where that session knows of all that was written before.</summary>
    public bool IsKnownToSession { get; init; }
}
