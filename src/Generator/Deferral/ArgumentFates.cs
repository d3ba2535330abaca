using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Deferral;

/// <summary>What becomes of an argument that carries a read, judged by who takes it.</summary>
internal sealed class ArgumentFates(SemanticModel model, LazyCallees callees, CancellationToken cancellation)
{
    /// <summary>The fate of an argument of a call, and what carries the read on.</summary>
    public (ArgumentFate Fate, Carrier Carrier) OfCall(ArgumentSyntax argument, InvocationExpressionSyntax call, Carrier carrier)
    {
        if (Symbol(call) is not IMethodSymbol method)
        {
            return (ArgumentFate.Unknown, carrier);
        }

        if (callees.Keeps(method, Parts.ParameterOf(argument, method)))
        {
            return (ArgumentFate.Kept, carrier);
        }

        if (carrier == Carrier.Holder)
        {
            return (LazyCallees.HandsOn(method) ? ArgumentFate.HandedOn : ArgumentFate.None, carrier);
        }

        var result = model.GetTypeInfo(call, cancellation).Type;
        if (LazyTypes.IsSequence(result) && !callees.IsFinished(method))
        {
            return (ArgumentFate.HandedOn, Carrier.Sequence);
        }

        if (LazyCallees.HandsOn(method))
        {
            return (ArgumentFate.HandedOn, Carrier.Holder);
        }

        if (carrier == Carrier.Delegate && LazyTypes.IsDelegate(result))
        {
            return (ArgumentFate.HandedOn, Carrier.Delegate);
        }

        var isLater = carrier == Carrier.Delegate && LazyCallees.RunsLater(method);
        return (isLater ? ArgumentFate.Unknown : ArgumentFate.Run, carrier);
    }

    /// <summary>The fate of an argument of a constructor, and what carries the read on.</summary>
    public (ArgumentFate Fate, Carrier Carrier) OfObject(
        ArgumentSyntax argument,
        BaseObjectCreationExpressionSyntax creation,
        Carrier carrier
    )
    {
        if (Symbol(creation) is not IMethodSymbol { ContainingType: { } type } constructor)
        {
            return (ArgumentFate.None, carrier);
        }

        if (LazyTypes.IsDelegate(type))
        {
            return (ArgumentFate.HandedOn, Carrier.Delegate);
        }

        if (carrier == Carrier.Sequence && LazyTypes.IsCollection(type))
        {
            return (ArgumentFate.Run, carrier);
        }

        if (callees.Keeps(constructor, Parts.ParameterOf(argument, constructor)))
        {
            return (ArgumentFate.HandedOn, Carrier.Holder);
        }

        var isUnknown = carrier == Carrier.Delegate || constructor.DeclaringSyntaxReferences.IsEmpty;
        return (isUnknown ? ArgumentFate.Unknown : ArgumentFate.None, carrier);
    }

    private ISymbol? Symbol(SyntaxNode node) => model.GetSymbolInfo(node, cancellation).Symbol;
}

/// <summary>What becomes of an argument.</summary>
internal enum ArgumentFate
{
    /// <summary>Nothing that matters.</summary>
    None,

    /// <summary>The read is made by who takes it.</summary>
    Run,

    /// <summary>The result carries it.</summary>
    HandedOn,

    /// <summary>The object that is called keeps it.</summary>
    Kept,

    /// <summary>It may be made, or not.</summary>
    Unknown,
}
