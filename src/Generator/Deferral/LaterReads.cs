using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Deferral;

/// <summary>
/// Follows what a body names to where it runs: at its place, or, inside a lambda, an iterator or a query, where the sequence or delegate
/// that it becomes a part of is used. What leaves the stretch before it is used runs later.
/// </summary>
/// <param name="model">A model of the body's file.</param>
/// <param name="body">The body.</param>
/// <param name="within">The stretch of it in which reads have to be made.</param>
/// <param name="callees">What calls do with what they are given.</param>
internal sealed class LaterReads(SemanticModel model, SyntaxNode body, TextSpan within, LazyCallees callees, CancellationToken cancellation)
{
    private readonly HashSet<(SyntaxNode, Carrier?)> _seen = [];
    private readonly List<Leaving> _found = [];
    private readonly ArgumentFates _arguments = new(model, callees, cancellation);

    /// <summary>Where a read leaves before it is made; empty where it is made in time.</summary>
    /// <param name="read">A call that reads, or the name of a method that does.</param>
    public IReadOnlyList<Leaving> Of(SyntaxNode read)
    {
        _seen.Clear();
        _found.Clear();
        var expression = Parts.Whole(read);
        if (expression is InvocationExpressionSyntax call && Symbol(call) is IMethodSymbol called && callees.IsLazy(called, call, model))
        {
            Follow(expression, Carrier.Sequence);
        }
        else if (
            expression is not InvocationExpressionSyntax
            && Symbol(expression) is IMethodSymbol { MethodKind: not MethodKind.Constructor }
        )
        {
            Follow(expression, Carrier.Delegate);
        }
        else
        {
            Run(expression);
        }

        return _found;
    }

    private ISymbol? Symbol(SyntaxNode node) => model.GetSymbolInfo(node, cancellation).Symbol;

    private ITypeSymbol? TypeOf(SyntaxNode node) => model.GetTypeInfo(node, cancellation).Type;

    /// <summary>It runs where the node stands, when what is around that does.</summary>
    private void Run(SyntaxNode node)
    {
        var isBehind = !within.Contains(node.Span) && body.Span.Contains(node.Span);
        for (var child = node; child is not null && child != body; child = child.Parent)
        {
            switch (child.Parent)
            {
                case LocalFunctionStatementSyntax local when local != body:
                    FollowFunction(local, carrier: null);
                    return;
                case AnonymousFunctionExpressionSyntax lambda when lambda != body && !isBehind:
                    Follow(lambda, Carrier.Delegate);
                    return;
                case QueryClauseSyntax or SelectOrGroupClauseSyntax when !isBehind && Parts.QueryAround(child) is { } query:
                    Follow(query, Carrier.Sequence);
                    return;
            }
        }

        if (isBehind)
        {
            Leave(node, Carrier.Sequence, isReturned: false);
        }
    }

    /// <summary>A local function runs, or makes what it returns, where the stretch calls it.</summary>
    /// <param name="function">The function.</param>
    /// <param name="carrier">What its result is; null where it makes the read itself.</param>
    private void FollowFunction(LocalFunctionStatementSyntax function, Carrier? carrier)
    {
        if (!_seen.Add((function, carrier)) || model.GetDeclaredSymbol(function, cancellation) is not { } symbol)
        {
            return;
        }

        carrier ??= LazyCallees.IsIterator(function) ? Carrier.Sequence : null;
        foreach (var use in new LocalUses(model, body, cancellation).Of(symbol, function))
        {
            var whole = Parts.Whole(use);
            if (!within.Contains(use.Span))
            {
                continue;
            }

            if (whole is not InvocationExpressionSyntax)
            {
                Follow(whole, Carrier.Delegate);
            }
            else if (carrier is { } result)
            {
                Follow(whole, result);
            }
            else
            {
                Run(whole);
            }
        }
    }

    /// <summary>The value of an expression holds the read; goes where the value goes.</summary>
    private void Follow(SyntaxNode value, Carrier carrier)
    {
        if (!_seen.Add((value, carrier)))
        {
            return;
        }

        switch (value.Parent)
        {
            case ParenthesizedExpressionSyntax or CastExpressionSyntax or PostfixUnaryExpressionSyntax or AwaitExpressionSyntax:
            case SwitchExpressionArmSyntax or SwitchExpressionSyntax or RefExpressionSyntax or CheckedExpressionSyntax:
                Follow(value.Parent, carrier);
                break;
            case ConditionalExpressionSyntax choice when choice.Condition != value:
                Follow(choice, carrier);
                break;
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression or (int)SyntaxKind.AsExpression } other:
                Follow(other, carrier);
                break;
            case MemberAccessExpressionSyntax access when access.Expression == value:
                Ask(access, access.Parent is InvocationExpressionSyntax call && call.Expression == access ? call : access, carrier);
                break;
            case ConditionalAccessExpressionSyntax conditional when conditional.WhenNotNull == value:
                Follow(conditional, carrier);
                break;
            case ConditionalAccessExpressionSyntax conditional when conditional.Expression == value:
                Ask(conditional.WhenNotNull, conditional, carrier);
                break;
            case InvocationExpressionSyntax invoked when invoked.Expression == value:
                Run(invoked);
                break;
            case ArgumentSyntax argument:
                Give(argument, carrier);
                break;
            default:
                Keep(value, carrier);
                break;
        }
    }

    /// <summary>A member of the value is asked for.</summary>
    private void Ask(SyntaxNode member, SyntaxNode result, Carrier carrier)
    {
        if (carrier == Carrier.Holder)
        {
            // Sequences in a sequence: what is made of the outer one holds the inner ones, or is a sequence of what they give.
            if (
                result is InvocationExpressionSyntax
                && member is MemberAccessExpressionSyntax { Expression: var holder }
                && LazyTypes.HoldsSequences(TypeOf(holder))
                && LazyTypes.CarrierOf(TypeOf(result)) is { } made
            )
            {
                Follow(result, made);
            }

            return;
        }

        if (carrier == Carrier.Sequence && LazyTypes.IsSequence(TypeOf(result)))
        {
            Follow(result, carrier);
        }
        else if (member is not MemberAccessExpressionSyntax || result is InvocationExpressionSyntax || carrier == Carrier.Delegate)
        {
            Run(result);
        }
    }

    /// <summary>The value is an argument.</summary>
    private void Give(ArgumentSyntax argument, Carrier carrier)
    {
        switch (argument.Parent)
        {
            case TupleExpressionSyntax tuple:
                Follow(tuple, Carrier.Holder);
                break;
            case { Parent: InvocationExpressionSyntax call }:
                Meet(_arguments.OfCall(argument, call, carrier), call, argument);
                break;
            case { Parent: BaseObjectCreationExpressionSyntax creation }:
                Meet(_arguments.OfObject(argument, creation, carrier), creation, argument);
                break;
            case { Parent: ElementAccessExpressionSyntax access }:
                Run(access);
                break;
        }
    }

    private void Meet((ArgumentFate Fate, Carrier Carrier) met, ExpressionSyntax taker, ArgumentSyntax argument)
    {
        switch (met.Fate)
        {
            case ArgumentFate.Kept:
                var called = (taker as InvocationExpressionSyntax)?.Expression as MemberAccessExpressionSyntax;
                KeepIn(called?.Expression, argument.Expression, met.Carrier);
                break;
            case ArgumentFate.Run:
                Run(taker);
                break;
            case ArgumentFate.HandedOn:
                Follow(taker, met.Carrier);
                break;
            case ArgumentFate.Unknown:
                Leave(argument.Expression, met.Carrier, isReturned: false, isCertain: false);
                break;
        }
    }

    /// <summary>The value is kept or handed out.</summary>
    private void Keep(SyntaxNode value, Carrier carrier)
    {
        switch (value.Parent)
        {
            case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator }:
                FollowLocal(model.GetDeclaredSymbol(declarator, cancellation), declarator, value, carrier);
                break;
            case AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax { Parent: ExpressionSyntax creation } } assignment
                when assignment.Right == value:
                Follow(creation, Carrier.Holder);
                break;
            case AssignmentExpressionSyntax assignment when assignment.Right == value:
                Assign(assignment, value, carrier);
                if (assignment.Parent is not ExpressionStatementSyntax)
                {
                    Follow(assignment, carrier);
                }

                break;
            case InitializerExpressionSyntax { Parent: ExpressionSyntax creation }:
                Follow(creation, Carrier.Holder);
                break;
            case AnonymousObjectMemberDeclaratorSyntax { Parent: ExpressionSyntax made }:
                Follow(made, Carrier.Holder);
                break;
            case ForEachStatementSyntax or ForEachVariableStatementSyntax when carrier == Carrier.Sequence:
                Run(value.Parent);
                break;
            case FromClauseSyntax { Parent: var around } when carrier == Carrier.Sequence:
                Follow(around as QueryExpressionSyntax ?? around!.FirstAncestorOrSelf<QueryExpressionSyntax>()!, carrier);
                break;
            case ReturnStatementSyntax or ArrowExpressionClauseSyntax or YieldStatementSyntax or AnonymousFunctionExpressionSyntax:
                Return(value, carrier);
                break;
            case { RawKind: var kind } when kind == Parts.CollectionElement && value.Parent.Parent is ExpressionSyntax collection:
                Follow(collection, Carrier.Holder);
                break;
        }
    }

    private void Return(SyntaxNode value, Carrier carrier)
    {
        var function = Parts.FunctionAround(value, body);
        if (
            function is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } }
            && function != body
        )
        {
            Follow(
                call,
                LazyTypes.IsSequence(TypeOf(call)) && !(carrier == Carrier.Sequence && LazyTypes.HoldsSequences(TypeOf(call)))
                    ? Carrier.Sequence
                    : Carrier.Holder
            );
        }
        else if (function is LocalFunctionStatementSyntax local && function != body)
        {
            FollowFunction(local, carrier);
        }
        else if (function == body)
        {
            Leave(value, carrier, isReturned: true);
        }
    }

    private void Assign(AssignmentExpressionSyntax assignment, SyntaxNode value, Carrier carrier)
    {
        switch (Symbol(assignment.Left))
        {
            case ILocalSymbol local:
                FollowLocal(local, assignment, value, carrier);
                break;
            case IDiscardSymbol:
                break;
            case IParameterSymbol { RefKind: RefKind.None } parameter:
                FollowLocal(parameter, assignment, value, carrier);
                break;
            case null when assignment.Left is not ElementAccessExpressionSyntax:
                break;
            default:
                KeepIn(
                    Parts.ReceiverOf(assignment.Left),
                    value,
                    carrier,
                    isValue: !assignment.IsKind(SyntaxKind.AddAssignmentExpression) && LazyTypes.GivesValue(TypeOf(assignment.Left))
                );
                break;
        }
    }

    /// <summary>An object keeps the value: one that the body has made, or another that lives on.</summary>
    private void KeepIn(ExpressionSyntax? receiver, SyntaxNode value, Carrier carrier, bool isValue = false)
    {
        if (receiver is IdentifierNameSyntax && Symbol(receiver) is ILocalSymbol local)
        {
            FollowLocal(local, value, value, Carrier.Holder);
        }
        else
        {
            // A handler of an event, or a callback, is kept to run at its own time; what the object keeps to ask for a value is not.
            var isOwn = isValue && receiver is null or ThisExpressionSyntax;
            Leave(value, carrier, isReturned: false, isCertain: carrier != Carrier.Delegate || isOwn);
        }
    }

    private void FollowLocal(ISymbol? local, SyntaxNode definition, SyntaxNode value, Carrier carrier)
    {
        if (local is null)
        {
            return;
        }

        foreach (var use in new LocalUses(model, body, cancellation).Of(local, definition))
        {
            var before = _found.Count;
            Follow(use, carrier);
            for (var i = before; i < _found.Count; i++)
            {
                // Used behind the stretch: it leaves by being kept.
                _found[i] = within.Contains(_found[i].Place.Span) ? _found[i] : _found[i] with { Place = value };
            }
        }
    }

    private void Leave(SyntaxNode place, Carrier carrier, bool isReturned, bool isCertain = true) =>
        _found.Add(new Leaving(place, carrier, isCertain, isReturned));
}
