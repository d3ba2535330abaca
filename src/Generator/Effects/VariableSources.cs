using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>What a body assigns to its variables, and puts into them.</summary>
internal sealed class VariableSources
{
    private readonly ILookup<ISymbol, (SourceKind Kind, IOperation Value)> _sources;
    private readonly Dictionary<IMethodSymbol, IOperation> _functions = new(SymbolEqualityComparer.Default);
    private readonly ILookup<IMethodSymbol, IOperation> _uses;
    private readonly OutsideEffects _effects;

    public VariableSources(IOperation body, OutsideEffects effects)
    {
        _effects = effects;
        var sources = new List<(ISymbol Variable, SourceKind Kind, IOperation Value)>();
        var uses = new List<(IMethodSymbol Function, IOperation Use)>();
        foreach (var operation in body.DescendantsAndSelf())
        {
            sources.AddRange(Of(operation));
            switch (operation)
            {
                case IAnonymousFunctionOperation lambda:
                    _functions[lambda.Symbol] = lambda.Body;
                    uses.Add((lambda.Symbol, lambda));
                    break;
                case ILocalFunctionOperation { Body: { } block } local:
                    _functions[local.Symbol] = block;
                    break;
                case IInvocationOperation { TargetMethod: { MethodKind: MethodKind.LocalFunction } local }:
                    uses.Add((local.OriginalDefinition, operation));
                    break;
                case IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } local }:
                    uses.Add((local.OriginalDefinition, operation));
                    break;
            }
        }

        _sources = sources.ToLookup(
            static source => source.Variable,
            static source => (source.Kind, source.Value),
            SymbolEqualityComparer.Default
        );
        _uses = uses.ToLookup<(IMethodSymbol Function, IOperation Use), IMethodSymbol, IOperation>(
            static use => use.Function,
            static use => use.Use,
            SymbolEqualityComparer.Default
        );
    }

    /// <summary>All that something is assigned to or put into, and the parameters of functions inside.</summary>
    public IEnumerable<ISymbol> Variables =>
        _sources.Select(static s => s.Key).Concat(_functions.Keys.SelectMany(static f => f.Parameters));

    public IEnumerable<(SourceKind Kind, IOperation Value)> Of(ISymbol variable) => _sources[variable];

    /// <summary>Where a lambda stands, or a local function is called or handed on.</summary>
    public IEnumerable<IOperation> UsesOf(IMethodSymbol function) => _uses[function.OriginalDefinition];

    /// <summary>The body of a lambda or local function; null for another one's.</summary>
    public IOperation? Function(IMethodSymbol function) =>
        _functions.TryGetValue(function, out var body) || _functions.TryGetValue(function.OriginalDefinition, out body) ? body : null;

    private IEnumerable<(ISymbol Variable, SourceKind Kind, IOperation Value)> Of(IOperation operation) =>
        operation switch
        {
            IVariableDeclaratorOperation declarator when declarator.GetVariableInitializer() is { } initializer =>
            [
                (declarator.Symbol, SourceKind.Is, initializer.Value),
            ],
            ISimpleAssignmentOperation assignment => OfAssignment(assignment.Target, assignment.Value),
            ICoalesceAssignmentOperation assignment => OfAssignment(assignment.Target, assignment.Value),
            IDeconstructionAssignmentOperation deconstruction => VariablesIn(deconstruction.Target)
                .Select(variable => (variable, SourceKind.Part, deconstruction.Value)),
            IForEachLoopOperation loop => VariablesIn(loop.LoopControlVariable)
                .Concat(loop.Locals)
                .Select(local => (local, SourceKind.Part, loop.Collection)),
            IDeclarationPatternOperation { DeclaredSymbol: ILocalSymbol matched } pattern =>
            [
                (matched, SourceKind.Part, MatchedBy(pattern)),
            ],
            IRecursivePatternOperation { DeclaredSymbol: ILocalSymbol matched } pattern => [(matched, SourceKind.Part, MatchedBy(pattern))],
            IListPatternOperation { DeclaredSymbol: ILocalSymbol matched } pattern => [(matched, SourceKind.Part, MatchedBy(pattern))],
            IInvocationOperation call => OfCall(call, call.Instance, call.TargetMethod, call.Arguments),
            IObjectCreationOperation { Constructor: { } constructor } creation => OfCall(
                creation,
                creation,
                constructor,
                creation.Arguments
            ),
            _ => [],
        };

    private static IEnumerable<(ISymbol Variable, SourceKind Kind, IOperation Value)> OfAssignment(IOperation target, IOperation value) =>
        target switch
        {
            ILocalReferenceOperation local => [(local.Local, SourceKind.Is, value)],
            IParameterReferenceOperation parameter => [(parameter.Parameter, SourceKind.Is, value)],
            IMemberReferenceOperation or IArrayElementReferenceOperation when RootOf(target) is { } root =>
            [
                (root, SourceKind.Holds, value),
            ],
            _ => [],
        };

    private List<(ISymbol Variable, SourceKind Kind, IOperation Value)> OfCall(
        IOperation call,
        IOperation? instance,
        IMethodSymbol method,
        IEnumerable<IArgumentOperation> arguments
    )
    {
        var found = new List<(ISymbol Variable, SourceKind Kind, IOperation Value)>();
        var handed = arguments.ToList();
        var isOfLibrary = _effects.Libraries.IsOfLibrary(method);
        var isInSource = method.Locations.Any(static l => l.IsInSource);
        foreach (var argument in handed.Where(static a => a.Parameter is { RefKind: RefKind.Out or RefKind.Ref }))
        {
            var from = instance ?? handed[0].Value;
            found.AddRange(
                VariablesIn(argument.Value)
                    .Select(variable =>
                        isInSource ? (variable, SourceKind.Unknown, argument.Value)
                        : isOfLibrary || ReferenceEquals(from, argument.Value) ? (variable, SourceKind.Is, call)
                        : (variable, SourceKind.Part, from)
                    )
            );
        }

        if (isOfLibrary || !(isInSource || FrameworkEffects.Of(method) == FrameworkEffect.ChangesReceiver))
        {
            return found;
        }

        // What is handed to a call together may be put into each other.
        var all = handed.ConvertAll(static argument => argument.Value);
        if (instance is not null)
        {
            all.Insert(0, instance);
        }

        foreach (var root in all.Select(RootOf).OfType<ISymbol>().Distinct(SymbolEqualityComparer.Default))
        {
            found.AddRange(
                all.Where(value => !ReferenceEquals(value, call) && !SymbolEqualityComparer.Default.Equals(RootOf(value), root))
                    .Where(static value => value is not IInstanceReferenceOperation)
                    .Select(value => (root!, SourceKind.Holds, value))
            );
        }

        return found;
    }

    private static IEnumerable<ISymbol> VariablesIn(IOperation target) =>
        target
            .DescendantsAndSelf()
            .Select(static operation =>
                operation switch
                {
                    ILocalReferenceOperation local => local.Local,
                    IVariableDeclaratorOperation declarator => declarator.Symbol,
                    IParameterReferenceOperation parameter => (ISymbol)parameter.Parameter,
                    _ => null,
                }
            )
            .OfType<ISymbol>();

    /// <summary>The variable through which a value is reached.</summary>
    private static ISymbol? RootOf(IOperation? value)
    {
        while (true)
        {
            switch (value)
            {
                case ILocalReferenceOperation local:
                    return Ownership.IsPlain(local.Type) ? null : local.Local;
                case IParameterReferenceOperation parameter:
                    return Ownership.IsPlain(parameter.Type) ? null : parameter.Parameter;
                case IMemberReferenceOperation member:
                    value = member.Instance;
                    break;
                case IArrayElementReferenceOperation element:
                    value = element.ArrayReference;
                    break;
                case IConversionOperation conversion:
                    value = conversion.Operand;
                    break;
                default:
                    return null;
            }
        }
    }

    private static IOperation MatchedBy(IOperation pattern)
    {
        var around = pattern.Parent;
        while (
            around
                is IPatternOperation
                    or IPropertySubpatternOperation
                    or ISwitchCaseOperation
                    or ICaseClauseOperation
                    or ISwitchExpressionArmOperation
        )
        {
            around = around.Parent;
        }

        return around switch
        {
            IIsPatternOperation test => test.Value,
            ISwitchOperation choice => choice.Value,
            ISwitchExpressionOperation choice => choice.Value,
            _ => pattern,
        };
    }
}
