using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>Plans the members of a wrapper that stands beside the class and implements its interfaces.</summary>
internal sealed class DelegatingMembers
{
    private static readonly HashSet<string> MembersOfObject = new(StringComparer.Ordinal)
    {
        "ToString",
        "Equals",
        "GetHashCode",
        "GetType",
        "MemberwiseClone",
        "Finalize",
        "ReferenceEquals",
    };

    private readonly INamedTypeSymbol _type;
    private readonly WrappingDecision _decision;
    private readonly string _inner;
    private readonly string _wrapperName;
    private readonly SessionText _sessions;
    private readonly HashSet<string> _typeParameters;
    private readonly Dictionary<ISymbol, MemberPlan> _named = new(SymbolEqualityComparer.Default);

    public DelegatingMembers(INamedTypeSymbol type, WrappingDecision decision, string inner, string wrapperName, SessionText sessions)
    {
        _type = type;
        _decision = decision;
        _inner = inner;
        _wrapperName = wrapperName;
        _sessions = sessions;
        _typeParameters = new HashSet<string>(TypeChain.TypeParameters(type).Select(static p => p.Name), StringComparer.Ordinal);
    }

    public EquatableArray<MemberPlan> Plan()
    {
        var members = ImmutableArray.CreateBuilder<MemberPlan>();
        foreach (var pair in _decision.Members)
        {
            if (pair.Implementation is { } implementation && IsNamed(pair.Declaration, implementation))
            {
                var named = Member(pair, isNamed: true);
                if (_named.TryGetValue(implementation, out var first))
                {
                    if (first != named)
                    {
                        members.Add(Member(pair, isNamed: false));
                    }
                }
                else
                {
                    _named.Add(implementation, named);
                    members.Add(named);
                }
            }
            else
            {
                members.Add(Member(pair, isNamed: false));
            }
        }

        return new EquatableArray<MemberPlan>(members.ToImmutable());
    }

    /// <summary>
    /// Whether the wrapper's member is public, as the class's is. Names that would meet another member's, or the
    /// wrapper's own, are implemented explicitly.
    /// </summary>
    private bool IsNamed(ISymbol declaration, ISymbol implementation) =>
        declaration.DeclaredAccessibility == Accessibility.Public
        && InterfaceMembers.Methods(declaration).All(static m => m.DeclaredAccessibility == Accessibility.Public)
        && implementation.DeclaredAccessibility == Accessibility.Public
        && implementation.ContainingType.TypeKind != TypeKind.Interface
        && declaration.Name == implementation.Name
        && declaration.MetadataName == implementation.MetadataName
        && declaration.Name != _wrapperName
        && !_typeParameters.Contains(declaration.Name)
        && !MembersOfObject.Contains(declaration.Name)
        && !IsReserved(declaration.Name)
        && (declaration is not IPropertySymbol { IsIndexer: true } || declaration.MetadataName == "Item")
        && IsDeclaredInOnePlace(declaration);

    /// <summary>The names that properties and events claim for their accessors.</summary>
    private static bool IsReserved(string name) =>
        name.StartsWith("get_", StringComparison.Ordinal)
        || name.StartsWith("set_", StringComparison.Ordinal)
        || name.StartsWith("add_", StringComparison.Ordinal)
        || name.StartsWith("remove_", StringComparison.Ordinal);

    /// <summary>Whether one class of the hierarchy declares everything of that name: then nothing hides and nothing clashes.</summary>
    private bool IsDeclaredInOnePlace(ISymbol declaration)
    {
        ISymbol? place = null;
        var isIndexer = declaration is IPropertySymbol { IsIndexer: true };
        for (var type = _type; type is not null && type.SpecialType != SpecialType.System_Object; type = type.BaseType)
        {
            var members = type.GetMembers(declaration.Name);
            foreach (var member in isIndexer ? members.AddRange(type.GetMembers(declaration.MetadataName)) : members)
            {
                if (member.IsOverride || member.DeclaredAccessibility == Accessibility.Private)
                {
                    continue;
                }

                place ??= type;
                if (!SymbolEqualityComparer.Default.Equals(place, type) || (isIndexer && member is not IPropertySymbol { IsIndexer: true }))
                {
                    return false;
                }
            }
        }

        return place is not null;
    }

    private MemberPlan Member(InterfaceMembers.Pair pair, bool isNamed) =>
        pair.Declaration switch
        {
            IMethodSymbol method => Method(method, pair, isNamed),
            IPropertySymbol property => Property(property, pair, isNamed),
            _ => Event((IEventSymbol)pair.Declaration, pair, isNamed),
        };

    private MethodPlan Method(IMethodSymbol method, InterfaceMembers.Pair pair, bool isNamed)
    {
        var types = TypeText.For(method, _typeParameters);
        var coverage = CoverageOf(method);
        var target = Target(pair, isNamed);
        var call =
            $"{target}.{Identifier.Escape(method.Name)}{SignatureText.TypeParameters(method.TypeParameters, types)}"
            + $"({SignatureText.Arguments(method.Parameters)})";
        var isAsync = coverage is { Hold: SessionHold.Task };
        return new MethodPlan(
            AttributeText.OnMember(method).Concat(AttributeText.OnReturn(method)).ToEquatableArray(),
            Modifiers(isNamed, NeedsUnsafe(method), isAsync),
            isAsync ? BodyPlanner.AwaitableType(method, types) : SignatureText.ReturnType(method, types),
            Name(method, Identifier.Escape(method.Name), isNamed),
            SignatureText.TypeParameters(method.TypeParameters, types, withAttributes: true),
            SignatureText.Parameters(method.Parameters, types, isNamed ? SignatureText.Purpose.Named : SignatureText.Purpose.Explicit),
            isNamed ? SignatureText.Constraints(method.TypeParameters, types) : SignatureText.InheritedConstraints(method, types),
            BodyPlanner.Plan(call, method, coverage, types, _sessions)
        );
    }

    private PropertyPlan Property(IPropertySymbol property, InterfaceMembers.Pair pair, bool isNamed)
    {
        var types = TypeText.Plain;
        var target = Target(pair, isNamed);
        var call = property.IsIndexer
            ? $"{target}[{SignatureText.Arguments(property.Parameters)}]"
            : target + "." + Identifier.Escape(property.Name);
        return new PropertyPlan(
            AttributeText.OnProperty(property),
            Modifiers(
                isNamed,
                SignatureText.HasPointer(property.Type) || property.Parameters.Any(static p => SignatureText.HasPointer(p.Type)),
                isAsync: false
            ),
            SignatureText.RefPrefix(property.RefKind) + types.Of(property.Type),
            Name(property, property.IsIndexer ? "this" : Identifier.Escape(property.Name), isNamed),
            SignatureText.Parameters(
                property.Parameters,
                types,
                isNamed ? SignatureText.OfIndexer(property) : SignatureText.Purpose.Explicit
            ),
            new[] { Accessor(property.GetMethod, "get", call), Accessor(property.SetMethod, "set", call + " = value") }
                .OfType<AccessorPlan>()
                .ToEquatableArray()
        );
    }

    private EventPlan Event(IEventSymbol happening, InterfaceMembers.Pair pair, bool isNamed)
    {
        var call = Target(pair, isNamed) + "." + Identifier.Escape(happening.Name);
        return new EventPlan(
            AttributeText.OnMember(happening),
            Modifiers(isNamed, needsUnsafe: false, isAsync: false),
            TypeText.Plain.Of(happening.Type),
            Name(happening, Identifier.Escape(happening.Name), isNamed),
            new[]
            {
                Accessor(happening.AddMethod, "add", call + " += value"),
                Accessor(happening.RemoveMethod, "remove", call + " -= value"),
            }
                .OfType<AccessorPlan>()
                .ToEquatableArray()
        );
    }

    private AccessorPlan? Accessor(IMethodSymbol? accessor, string keyword, string call) =>
        accessor is null or { DeclaredAccessibility: Accessibility.Private }
            ? null
            : new AccessorPlan(
                AttributeText.OnMember(accessor),
                keyword,
                BodyPlanner.Plan(call, accessor, CoverageOf(accessor), TypeText.Plain, _sessions)
            );

    private Coverage? CoverageOf(IMethodSymbol declaration) => _decision.CoverageOf(InterfaceMembers.Runs(_type, declaration));

    /// <summary>
    /// The class itself where its member is found by that name and has the same signature to the letter, otherwise the
    /// interface: there no other overload, hidden member or laxer nullability can come between.
    /// </summary>
    private string Target(InterfaceMembers.Pair pair, bool isNamed) =>
        isNamed && HaveSameText(pair.Declaration, pair.Implementation!)
            ? _inner
            : $"(({TypeText.Plain.WithoutAnnotation(pair.Declaration.ContainingType)}){_inner})";

    private static bool HaveSameText(ISymbol declaration, ISymbol implementation) => Spelled(declaration) == Spelled(implementation);

    private static string Spelled(ISymbol member)
    {
        var types = member is IMethodSymbol method ? TypeText.ByPosition(method) : TypeText.Plain;
        var attributes = string.Concat(AttributeText.OnMember(member).OrderBy(static a => a, StringComparer.Ordinal));
        return attributes
            + string.Join(
                "|",
                InterfaceMembers
                    .Methods(member)
                    .Where(static m => m.DeclaredAccessibility == Accessibility.Public)
                    .Select(m =>
                        (m.AssociatedSymbol is null ? m.Arity.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Empty)
                        + SignatureText.ReturnType(m, types)
                        + string.Concat(AttributeText.OnReturn(m))
                        + string.Concat(
                            m.Parameters.Select(p => "," + p.RefKind + types.Of(p.Type) + AttributeText.OnParameter(p, isExplicit: true))
                        )
                    )
            );
    }

    private static string Modifiers(bool isNamed, bool needsUnsafe, bool isAsync) =>
        (isNamed ? "public " : string.Empty) + (needsUnsafe ? "unsafe " : string.Empty) + (isAsync ? "async " : string.Empty);

    private static bool NeedsUnsafe(IMethodSymbol method) =>
        SignatureText.HasPointer(method.ReturnType) || method.Parameters.Any(static p => SignatureText.HasPointer(p.Type));

    private static string Name(ISymbol declaration, string name, bool isNamed) =>
        isNamed ? name : TypeText.Plain.WithoutAnnotation(declaration.ContainingType) + "." + name;
}
