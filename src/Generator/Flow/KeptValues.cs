using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What one body keeps for later calls: fields and properties of its own object, stores that are looked into by key, caches; and where it
/// puts something into them.
/// </summary>
internal sealed class KeptValues
{
    private readonly Dictionary<ILocalSymbol, Kept> _lookedUp = new(SymbolEqualityComparer.Default);
    private readonly List<(TextSpan Span, ISymbol Symbol)> _fills = [];
    private readonly List<(TextSpan Span, ISymbol Symbol)> _returns = [];
    private readonly List<TextSpan> _ownCalls = [];

    public KeptValues(IOperation body)
    {
        foreach (var operation in body.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation { Initializer.Value: { } value } declarator:
                    LookUp(declarator.Symbol, value);
                    break;
                case ISimpleAssignmentOperation assignment:
                    if (Unwrapped(assignment.Target) is ILocalReferenceOperation { Local: { } local })
                    {
                        LookUp(local, assignment.Value);
                    }

                    Fill(assignment.Target);
                    break;
                case ICoalesceAssignmentOperation assignment:
                    Fill(assignment.Target);
                    break;
                case IArgumentOperation { Parameter.RefKind: RefKind.Out or RefKind.Ref } argument:
                    Fill(argument.Value);
                    break;
                case IInvocationOperation call:
                    NoteCall(call);
                    break;
                case IReturnOperation { ReturnedValue: { } returned }:
                    NoteReturn(operation.Syntax.Span, returned);
                    break;
            }
        }
    }

    /// <summary>What an expression is kept in; null where it is not kept.</summary>
    public Kept? Of(IOperation? operation)
    {
        if (operation is null)
        {
            return null;
        }

        switch (Unwrapped(operation))
        {
            case ILocalReferenceOperation local:
                return _lookedUp.TryGetValue(local.Local, out var lookedUp) ? lookedUp : null;
            case IFieldReferenceOperation { Field: { IsConst: false } field } reference when IsOwn(reference.Instance):
                return OfMember(field, field.IsStatic);
            case IPropertyReferenceOperation { Arguments.IsEmpty: true, Property: { SetMethod: not null } property } reference
                when IsOwn(reference.Instance):
                return OfMember(property, property.IsStatic);
            case IConditionalAccessOperation access
                when Unwrapped(access.WhenNotNull)
                    is IPropertyReferenceOperation { Instance: IConditionalAccessInstanceOperation, Property: { SetMethod: not null } held }
                    && IsOwn(access.Operation):
                return OfMember(held, isStatic: false);
            case IPropertyReferenceOperation { Arguments.IsEmpty: false, Instance: { } store }:
                return OfStore(store);
            case IPropertyReferenceOperation { Property.Name: "Value" or "Target" or "Result", Instance: { } holder }:
                return Of(holder);
            case IInvocationOperation call when LooksUp(call.TargetMethod.Name) || (IsCacheOf(call) && Takes(call.TargetMethod.Name)):
                return OfStore(call);
            default:
                return null;
        }
    }

    /// <summary>The store that a call looks into; null where it is none.</summary>
    public static Kept? OfStore(IInvocationOperation call) =>
        IsCacheOf(call) ? new Kept(null, Detour.Cache) : OfStore(Arguments.SubjectOf(call));

    /// <summary>True where something is put into what was missed, so that the next call finds it.</summary>
    /// <param name="span">What runs where it is not there.</param>
    /// <param name="kept">What was asked for.</param>
    /// <param name="goesOn">True where what follows runs next, so that a method of the object's own may have filled it.</param>
    public bool IsFilledIn(TextSpan span, Kept kept, bool goesOn) =>
        kept.Symbol is null
        || _fills.Exists(fill => span.Contains(fill.Span) && SymbolEqualityComparer.Default.Equals(fill.Symbol, kept.Symbol))
        || (
            goesOn
            && !kept.IsFlag
            && _ownCalls.Exists(call => span.Contains(call))
            && _returns.Exists(r => SymbolEqualityComparer.Default.Equals(r.Symbol, kept.Symbol))
        );

    /// <summary>True where what is kept is handed back.</summary>
    public bool IsReturnedIn(TextSpan span, Kept kept) =>
        !kept.IsFlag && _returns.Exists(r => span.Contains(r.Span) && SymbolEqualityComparer.Default.Equals(r.Symbol, kept.Symbol));

    public static IOperation Unwrapped(IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation conversion:
                    operation = conversion.Operand;
                    break;
                case IAwaitOperation await:
                    operation = await.Operation;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                default:
                    return operation;
            }
        }
    }

    /// <summary>True for the names under which a store hands out what it has, or says that it has it.</summary>
    public static bool LooksUp(string name) =>
        Starts(name, "Get") || Starts(name, "TryGet") || Starts(name, "Contains") || Starts(name, "StringGet") || Starts(name, "HashGet");

    /// <summary>True for the names under which a cache is asked.</summary>
    public static bool Takes(string name) =>
        Starts(name, "Get")
        || Starts(name, "TryGet")
        || Starts(name, "Find")
        || Starts(name, "Fetch")
        || Starts(name, "Remember")
        || Starts(name, "Ensure");

    /// <summary>True for <c>GetOrAdd</c>, <c>GetOrCreateAsync</c> and their like.</summary>
    public static bool GetsOrMakes(string name) =>
        name.Length > 5
        && name.StartsWith("GetOr", StringComparison.Ordinal)
        && char.IsUpper(name[5])
        && name.IndexOf("Default", StringComparison.Ordinal) < 0
        && name.IndexOf("Throw", StringComparison.Ordinal) < 0;

    /// <summary>True where a call asks a cache.</summary>
    public static bool IsCacheOf(IInvocationOperation call) =>
        KnownDetours.IsCache(call.TargetMethod.ContainingType)
        || (Arguments.SubjectOf(call) is { } subject && KnownDetours.IsCache(Unwrapped(subject).Type));

    private static bool Starts(string name, string with) =>
        name.StartsWith(with, StringComparison.Ordinal) && (name.Length == with.Length || char.IsUpper(name[with.Length]));

    private static Kept OfMember(ISymbol member, bool isStatic) =>
        new(member, isStatic || KnownDetours.IsCache(member.ContainingType) ? Detour.Cache : Detour.Context);

    /// <summary>A dictionary of the object's own, or a cache.</summary>
    private static Kept? OfStore(IOperation? store) =>
        store is null ? null
        : KnownDetours.IsCache(Unwrapped(store).Type) ? new Kept(null, Detour.Cache)
        : SymbolOf(store) is { } symbol && IsKeyed(Unwrapped(store).Type) ? new Kept(symbol, Detour.Cache)
        : null;

    private static bool IsKeyed(ITypeSymbol? type) =>
        type?.Name
            is "Dictionary"
                or "IDictionary"
                or "ConcurrentDictionary"
                or "SortedDictionary"
                or "ConditionalWeakTable"
                or "Hashtable"
                or "HashSet"
                or "ISession";

    /// <summary>True for the object itself, and for what its own fields hold: <c>_state.Tenant</c> is kept as <c>_tenant</c> is.</summary>
    private static bool IsOwn(IOperation? instance) =>
        instance switch
        {
            null or IInstanceReferenceOperation => true,
            IFieldReferenceOperation field => field.Instance is null or IInstanceReferenceOperation,
            IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } => true,
            _ => false,
        };

    /// <summary>A field or property of the object's own, or static.</summary>
    private static ISymbol? SymbolOf(IOperation operation) =>
        Unwrapped(operation) switch
        {
            IFieldReferenceOperation field when IsOwn(field.Instance) => field.Field,
            IPropertyReferenceOperation { Arguments.IsEmpty: true } property when IsOwn(property.Instance) => property.Property,
            IPropertyReferenceOperation { Property.Name: "Items", Property.ContainingType.Name: "HttpContext" } items => items.Property,
            _ => null,
        };

    private void LookUp(ILocalSymbol local, IOperation value)
    {
        if (Unwrapped(value) is not ILocalReferenceOperation && Of(value) is { Through: Detour.Cache } kept)
        {
            _lookedUp[local] = kept;
        }
        else if (Unwrapped(value) is IFieldReferenceOperation && Of(value) is { } field)
        {
            _lookedUp[local] = field;
        }
    }

    private void Fill(IOperation target)
    {
        if (SymbolOf(target) is { } symbol)
        {
            _fills.Add((target.Syntax.Span, symbol));
        }
        else if (
            Unwrapped(target) is IPropertyReferenceOperation { Arguments.IsEmpty: false, Instance: { } store }
            && SymbolOf(store) is { } keyed
        )
        {
            _fills.Add((target.Syntax.Span, keyed));
        }
    }

    private void NoteCall(IInvocationOperation call)
    {
        if (call.Instance is null or IInstanceReferenceOperation && !call.TargetMethod.IsExtensionMethod)
        {
            _ownCalls.Add(call.Syntax.Span);
        }
        else if (Arguments.SubjectOf(call) is { } subject && SymbolOf(subject) is { } symbol && Puts(call.TargetMethod.Name))
        {
            _fills.Add((call.Syntax.Span, symbol));
        }
    }

    private static bool Puts(string name) =>
        Starts(name, "Add")
        || Starts(name, "TryAdd")
        || Starts(name, "Set")
        || Starts(name, "Insert")
        || GetsOrMakes(name)
        || Starts(name, "Union");

    private void NoteReturn(TextSpan span, IOperation returned)
    {
        var value = Unwrapped(returned) switch
        {
            IInvocationOperation { TargetMethod.Name: "FromResult", Arguments: [var passed] } => passed.Value,
            IPropertyReferenceOperation { Property.Name: "Value", Instance: { } holder } => holder,
            var other => other,
        };
        if (SymbolOf(value) is { } symbol)
        {
            _returns.Add((span, symbol));
        }
    }
}

/// <summary>Something kept for later calls.</summary>
/// <param name="Symbol">The field or property that keeps it; null for a cache that the body is handed.</param>
/// <param name="Through">What a read behind it is reached through.</param>
/// <param name="IsFlag">True where it only says that something was done.</param>
internal readonly record struct Kept(ISymbol? Symbol, Detour Through, bool IsFlag = false);
