using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// Whose are the values of a body's variables: its locals, its parameters, and those of its lambdas and local functions. All are taken to
/// be its own at first; what is assigned to one, or put into it, takes that back, until nothing changes any more.
/// </summary>
internal sealed class OwnedVariables(IOperation body, OwnedValues values, OutsideEffects effects)
{
    /// <summary>A body in which more is taken back one after the other owns nothing.</summary>
    private const int MaxRounds = 25;

    private readonly Dictionary<ISymbol, Ownership> _known = new(SymbolEqualityComparer.Default);
    private VariableSources? _sources;
    private bool _hasBegun;

    /// <summary>Whether nothing changes any more.</summary>
    public bool AreSettled { get; private set; }

    private VariableSources Sources => _sources ??= new VariableSources(body, effects);

    /// <summary>Whose the value of a variable is.</summary>
    public Ownership Of(ISymbol variable)
    {
        Settle();
        if (!_known.TryGetValue(variable, out var known))
        {
            _known[variable] = known = AreSettled ? Evaluated(variable) : Ownership.All;
        }

        return known;
    }

    /// <summary>What a reference stands for.</summary>
    public IEnumerable<IOperation> RefersTo(ILocalSymbol local) => Sources.Of(local).Select(static source => source.Value);

    /// <summary>What a local variable was made of; null where that is not one thing.</summary>
    public IOperation? MadeOf(ILocalSymbol local) =>
        Sources.Of(local).Where(static source => source.Kind != SourceKind.Holds).ToList() is [var one] ? one.Value : null;

    /// <summary>Whose is what a lambda gives out.</summary>
    public Ownership Returned(IAnonymousFunctionOperation lambda) => Given(lambda.Body, lambda.Symbol);

    /// <summary>Whose is what a local function gives out.</summary>
    public Ownership Returned(IMethodSymbol local) => Sources.Function(local) is { } function ? Given(function, local) : Ownership.None;

    private Ownership Given(IOperation function, IMethodSymbol symbol)
    {
        if (symbol.ReturnsVoid)
        {
            return Ownership.All;
        }

        Settle();
        var key = (ISymbol)symbol;
        if (!_known.TryGetValue(key, out var known))
        {
            // While it is looked at, what it gives out of itself is its own.
            _known[key] = Ownership.All;
            _known[key] = known = EvaluatedResult(function);
        }

        return known;
    }

    private Ownership EvaluatedResult(IOperation function) =>
        Results(function).Aggregate(Ownership.All, (whole, result) => whole.With(result.Type, values.Of(result)));

    // Those of functions inside it are theirs.
    private static IEnumerable<IOperation> Results(IOperation operation)
    {
        foreach (var child in operation.ChildOperations)
        {
            if (child is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                continue;
            }

            if (child is IReturnOperation { ReturnedValue: { } value })
            {
                yield return value;
            }

            foreach (var inner in Results(child))
            {
                yield return inner;
            }
        }
    }

    private void Settle()
    {
        if (_hasBegun)
        {
            return;
        }

        _hasBegun = true;
        foreach (var variable in Sources.Variables)
        {
            _known[variable] = Ownership.All;
        }

        var changed = true;
        for (var round = 0; changed; round++)
        {
            changed = false;
            var asked = _known.Count;
            foreach (var variable in _known.Keys.ToList())
            {
                var now = round > MaxRounds ? Ownership.None : _known[variable].Or(Evaluated(variable));
                if (!now.Equals(_known[variable]))
                {
                    _known[variable] = now;
                    changed = true;
                }
            }

            // One that is asked for on the way has not been looked at yet.
            changed |= _known.Count > asked;
        }

        AreSettled = true;
    }

    private Ownership Evaluated(ISymbol variable)
    {
        if (variable is IMethodSymbol function)
        {
            return Sources.Function(function) is { } body ? EvaluatedResult(body) : Ownership.None;
        }

        var sources = Sources.Of(variable).ToList();
        var type = (variable as ILocalSymbol)?.Type ?? (variable as IParameterSymbol)?.Type;
        var whole = variable switch
        {
            IParameterSymbol parameter => OfParameter(parameter),
            _ => sources.Exists(static source => source.Kind != SourceKind.Holds) ? Ownership.All : Ownership.None,
        };
        foreach (var (kind, value) in sources)
        {
            var own = values.Of(value);
            whole = kind switch
            {
                SourceKind.Is => whole.Or(own),
                SourceKind.Part => whole.Or(own.Part(type, values.Compilation)),
                SourceKind.Unknown => Ownership.None,
                _ => whole.With(value.Type, own),
            };
        }

        return whole;
    }

    private Ownership OfParameter(IParameterSymbol parameter)
    {
        if (Ownership.IsPlain(parameter.Type))
        {
            return Ownership.All;
        }

        return parameter.ContainingSymbol switch
        {
            IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction } function => Sources
                .UsesOf(function)
                .Select(use => Handed(parameter, use))
                .DefaultIfEmpty(Ownership.None)
                .Aggregate(static (a, b) => a.Or(b)),
            _ => values.Handed(parameter),
        };
    }

    private Ownership Handed(IParameterSymbol parameter, IOperation use)
    {
        if (use is IInvocationOperation call && call.TargetMethod.MethodKind == MethodKind.LocalFunction)
        {
            return call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal) is { } argument
                ? values.Of(argument.Value)
                : Ownership.None;
        }

        return HandedToDelegates.Of(use, parameter, values, effects);
    }
}

/// <summary>How a value gets to a variable.</summary>
internal enum SourceKind
{
    /// <summary>The variable has it.</summary>
    Is,

    /// <summary>The variable has what is reached through it.</summary>
    Part,

    /// <summary>It is put into what the variable has.</summary>
    Holds,

    /// <summary>Nobody knows what it is.</summary>
    Unknown,
}
