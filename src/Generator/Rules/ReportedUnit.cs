using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>What a report is about: a member, a local function, or a lambda that is mapped to a route, a job or a message.</summary>
/// <param name="symbol">The member, local function or lambda.</param>
/// <param name="compilation">The compilation of which it is.</param>
/// <param name="handler">The lambda as it is mapped; null for anything else.</param>
/// <param name="names">What the handlers around it are called.</param>
internal sealed class ReportedUnit(ISymbol symbol, Compilation compilation, HandlerLambda? handler = null, HandlerNames? names = null)
{
    /// <summary>A property of reports about handlers: the fix is to look for the lambda at the call.</summary>
    public const string HandlerProperty = "Handler";

    /// <summary>
    /// A property of reports: what the baseline calls the unit, its documentation id, for a handler with <c>#</c> and its name.
    /// </summary>
    public const string MemberProperty = "Member";

    public ISymbol Symbol { get; } = symbol;

    public bool IsHandler => handler is not null;

    /// <summary>The lambda as it is mapped; null for anything else.</summary>
    public HandlerLambda? Handler => handler;

    /// <summary>The properties of a report.</summary>
    public ImmutableDictionary<string, string?> Properties
    {
        get
        {
            var named = ImmutableDictionary<string, string?>.Empty.Add(MemberProperty, MemberId);
            return IsHandler ? named.Add(HandlerProperty, null) : named;
        }
    }

    /// <summary>The syntax of a lambda's own body; null for anything else.</summary>
    public SyntaxNode? Lambda => handler?.Lambda.Syntax;

    /// <summary>What to call it in a message: <c>Load</c>, <c>GET /orders/{id}</c>.</summary>
    public string Name => handler is null ? ReportPlace.NameOf(Symbol) : names!.Of(handler);

    /// <summary>
    /// What the baseline calls it: the member's documentation id, a handler's with <c>#</c> and its name; null where it can have no entry.
    /// </summary>
    public string? MemberId =>
        BaselineFile.MemberId(Symbol) is not { } member ? null
        : handler is null ? member
        : member + "#" + names!.BaselineNameOf(handler);

    /// <summary>What a message advises for it.</summary>
    public string Remedy(bool isAfterWrite) => RemedyInWords.Of(Symbol, IsHonoured, isAfterWrite, compilation);

    /// <summary>The member's name, or that of the call that maps a handler.</summary>
    public Location Place(SyntaxNode inside, Location fallback, CancellationToken cancellation) =>
        handler is null
            ? ReportPlace.Of(Symbol, inside, fallback, cancellation)
            : ReportPlace.OfHandler(handler.Mapping.Syntax, handler.Lambda.Syntax);

    /// <summary>What it declares, itself or through what stands around it.</summary>
    public DeclaredConsistency Declared =>
        handler is null ? ConsistencyAnnotations.Of(Symbol) : HandlerDeclarations.Of(handler.Lambda.Symbol, handler.Mapping);

    /// <summary>Whether the endpoint that it is mapped to keeps its annotation.</summary>
    private bool IsHonoured =>
        handler is { Lambda: var lambda, Mapping: var mapping }
        && lambda.Symbol.ContainingModule is { } module
        && WebHandlers.HasPackage(module)
        && mapping.Arguments.Any(a => a.Syntax.Span.Contains(lambda.Syntax.Span) && WebHandlers.TakesHandler(a.Parameter));
}
