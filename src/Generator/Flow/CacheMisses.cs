using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// The parts of one body that run only where something that is kept is not there yet: what a cache's miss runs, what fills a field for the
/// first time. Read from the shape of the code; names decide only what is a cache where its type is not of the framework.
/// </summary>
internal sealed class CacheMisses
{
    private readonly List<(TextSpan Span, Detour Through)> _regions = [];
    private readonly IOperation _body;
    private KeptValues? _kept;

    private CacheMisses(IOperation body)
    {
        _body = body;
        foreach (var operation in body.DescendantsAndSelf())
        {
            switch (operation)
            {
                case ICoalesceAssignmentOperation assignment when Kept.Of(assignment.Target) is { } kept:
                    Add(assignment.Value.Syntax.Span, kept.Through);
                    break;
                case ICoalesceOperation coalesce when Kept.Of(coalesce.Value) is { } kept:
                    AddIfFilled(coalesce.WhenNull.Syntax, kept);
                    break;
                case IConditionalOperation conditional when MissTest.Of(conditional.Condition, Kept) is { } test:
                    AddBranches(conditional, test);
                    break;
                case IInvocationOperation invocation:
                    AddCallbacks(invocation);
                    break;
                case IObjectCreationOperation { Type.Name: "Lazy" or "AsyncLazy" } lazy:
                    Add(lazy.Syntax.Span, Detour.Context);
                    break;
            }
        }
    }

    /// <summary>Made where the body asks whether something is there: most bodies do not.</summary>
    private KeptValues Kept => _kept ??= new KeptValues(_body);

    public static CacheMisses In(IOperation body) => new(body);

    /// <summary>What a place in the body is reached through.</summary>
    public Detour At(SyntaxNode place)
    {
        var through = Detour.None;
        foreach (var region in _regions)
        {
            if (region.Through > through && region.Span.Contains(place.Span))
            {
                through = region.Through;
            }
        }

        return through;
    }

    private void AddBranches(IConditionalOperation conditional, MissTest test)
    {
        if (test.MissWhenTrue)
        {
            AddIfFilled(conditional.WhenTrue.Syntax, test.Kept);
            return;
        }

        if (conditional.WhenFalse is { } otherwise)
        {
            AddIfFilled(otherwise.Syntax, test.Kept);
        }
        else if (conditional.Syntax is IfStatementSyntax { Parent: BlockSyntax block } whole && Leaves(whole.Statement))
        {
            var rest = TextSpan.FromBounds(whole.Span.End, block.Span.End);
            if (Kept.IsFilledIn(rest, test.Kept, goesOn: true) || Kept.IsReturnedIn(whole.Span, test.Kept))
            {
                Add(rest, test.Kept.Through);
            }
        }
    }

    /// <summary>The delegates that a cache runs where it holds nothing.</summary>
    private void AddCallbacks(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        if (
            !KeptValues.GetsOrMakes(method.Name)
            && !(KeptValues.IsCacheOf(invocation) && KeptValues.Takes(method.Name))
            && method.ContainingType?.Name != "LazyInitializer"
        )
        {
            return;
        }

        foreach (var argument in invocation.Arguments)
        {
            if (argument.Parameter?.Type.TypeKind == TypeKind.Delegate)
            {
                Add(argument.Syntax.Span, Detour.Cache);
            }
        }
    }

    private void AddIfFilled(SyntaxNode part, Kept kept)
    {
        if (Kept.IsFilledIn(part.Span, kept, goesOn: part is StatementSyntax statement && !Leaves(statement)))
        {
            Add(part.Span, kept.Through);
        }
    }

    private void Add(TextSpan span, Detour through) => _regions.Add((span, through));

    private static bool Leaves(StatementSyntax statement) =>
        statement switch
        {
            BlockSyntax { Statements: { Count: > 0 } inner } => Leaves(inner.Last()),
            ReturnStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax or YieldStatementSyntax => true,
            _ => false,
        };
}
