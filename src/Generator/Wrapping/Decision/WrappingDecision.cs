using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>
/// Whether and how a type is wrapped. The generator, MR2001 and the code fix all ask here, so that an annotated member
/// is either covered by generated code or named by MR2001, never both and never neither.
/// </summary>
internal sealed class WrappingDecision
{
    private static readonly WrappingDecision NotAnnotated = new(
        WrappingOutcome.NotAnnotated,
        WrapperShape.Delegating,
        NoMembers,
        ImmutableArray<Obstacle>.Empty,
        NoCoverage
    );

    private readonly Dictionary<IMethodSymbol, Coverage> _coverage;

    private WrappingDecision(
        WrappingOutcome outcome,
        WrapperShape shape,
        ImmutableArray<InterfaceMembers.Pair> members,
        ImmutableArray<Obstacle> obstacles,
        Dictionary<IMethodSymbol, Coverage> coverage
    )
    {
        Outcome = outcome;
        Shape = shape;
        Members = members;
        Obstacles = obstacles;
        _coverage = coverage;
    }

    public WrappingOutcome Outcome { get; }

    public WrapperShape Shape { get; }

    /// <summary>
    /// Delegating: every interface member with its implementation. Deriving: every member to override, which is then
    /// declaration and implementation at once. Empty unless the type is wrapped.
    /// </summary>
    public ImmutableArray<InterfaceMembers.Pair> Members { get; }

    public ImmutableArray<Obstacle> Obstacles { get; }

    /// <summary>The methods and accessors of the class (or an interface's default ones) that run in a session of the wrapper's.</summary>
    public IEnumerable<IMethodSymbol> CoveredMethods => _coverage.Keys;

    private static ImmutableArray<InterfaceMembers.Pair> NoMembers => ImmutableArray<InterfaceMembers.Pair>.Empty;

    private static Dictionary<IMethodSymbol, Coverage> NoCoverage => new(SymbolEqualityComparer.Default);

    /// <summary>Decides for one type of the compilation being built.</summary>
    public static WrappingDecision For(INamedTypeSymbol type, Compilation compilation) =>
        Decide(type, compilation, ImmutableArray<ISymbol>.Empty);

    /// <summary>
    /// Whether the method would run in a session if it alone were annotated <c>[Monotonic]</c>, with no new MR2001 anywhere.
    /// </summary>
    public static bool CanCover(IMethodSymbol method, Compilation compilation) => !CoverableTogether(new[] { method }, compilation).IsEmpty;

    /// <summary>
    /// The methods that could all be annotated <c>[Monotonic]</c> at once with every one of them covered and no new MR2001.
    /// Those that implement an interface go first: one of them decides the wrapper's shape.
    /// </summary>
    /// <param name="methods">Methods of any number of types.</param>
    public static ImmutableArray<IMethodSymbol> CoverableTogether(IEnumerable<IMethodSymbol> methods, Compilation compilation)
    {
        var accepted = ImmutableArray<IMethodSymbol>.Empty;
        var ordered = methods
            .Where(static m => m.ContainingType is not null)
            .OrderBy(static m =>
                InterfaceMembers.Of(m.ContainingType).Any(p => SymbolEqualityComparer.Default.Equals(p.Implementation, m)) ? 0 : 1
            );
        foreach (var method in ordered)
        {
            var tried = accepted.Add(method);
            if (
                FrameworkActivation.Of(method.ContainingType)?.Honours(method, compilation) == true
                || Heirs
                    .Of(method.ContainingType, compilation)
                    .All(type => IsSettled(type, method, accepted.CastArray<ISymbol>(), tried.CastArray<ISymbol>(), compilation))
            )
            {
                accepted = tried;
            }
        }

        return accepted;
    }

    /// <summary>How the method is covered, or null when it passes straight through.</summary>
    public Coverage? CoverageOf(IMethodSymbol implementation) => _coverage.TryGetValue(implementation, out var coverage) ? coverage : null;

    private static bool IsSettled(
        INamedTypeSymbol type,
        IMethodSymbol method,
        ImmutableArray<ISymbol> before,
        ImmutableArray<ISymbol> after,
        Compilation compilation
    )
    {
        var decision = Decide(type, compilation, after);
        var isOwn = SymbolEqualityComparer.Default.Equals(type, method.ContainingType);
        if (isOwn && decision.CoverageOf(method) is null)
        {
            return false;
        }

        var known = Decide(type, compilation, before).Obstacles;
        return decision.Obstacles.All(o => known.Contains(o));
    }

    /// <summary>The same with annotations that are not written yet, on methods, types or members of interfaces.</summary>
    internal static WrappingDecision Decide(INamedTypeSymbol type, Compilation compilation, ImmutableArray<ISymbol> assumed)
    {
        type = type.OriginalDefinition;
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || type.IsImplicitlyDeclared || type.IsAnonymousType)
        {
            return NotAnnotated;
        }

        var contracts = ContractAnnotations.Of(compilation);
        if (assumed.IsEmpty && !MayBeAnnotated(type, contracts))
        {
            return NotAnnotated;
        }

        if (GeneratedWrappers.IsWrittenByUs(type))
        {
            return NotAnnotated;
        }

        var survey = AnnotationSurvey.Of(type, contracts, assumed);
        if (!survey.IsAnnotated)
        {
            return NotAnnotated;
        }

        var activated = ActivatedMembers.Of(survey, compilation);
        if (activated is { LeavesSome: false, Obstacles: var named })
        {
            return named.IsEmpty ? NotAnnotated : new(WrappingOutcome.Declined, WrapperShape.Delegating, NoMembers, named, NoCoverage);
        }

        var shape = survey.ImplementsAnnotated ? WrapperShape.Delegating : WrapperShape.Deriving;
        var reasons = TypeObstacles.Of(type, shape, survey, compilation);
        if (!reasons.IsEmpty)
        {
            return new WrappingDecision(
                WrappingOutcome.Declined,
                shape,
                NoMembers,
                WithEveryAnnotatedMember(type, survey, reasons),
                NoCoverage
            );
        }

        return shape == WrapperShape.Delegating ? Delegate(survey, activated, compilation) : Derive(type, survey, compilation);
    }

    private static bool MayBeAnnotated(INamedTypeSymbol type, ContractAnnotations contracts)
    {
        for (var current = type; current is not null && current.SpecialType == SpecialType.None; current = current.BaseType)
        {
            if (contracts.IsAnnotated(current))
            {
                return true;
            }
        }

        return type.AllInterfaces.Any(contracts.IsAnnotated);
    }

    private static WrappingDecision Delegate(AnnotationSurvey survey, ActivatedMembers? activated, Compilation compilation)
    {
        var coverage = NoCoverage;
        var obstacles = ImmutableArray.CreateBuilder<Obstacle>();
        obstacles.AddRange(activated?.Obstacles ?? ImmutableArray<Obstacle>.Empty);
        foreach (var group in survey.Implemented)
        {
            if (group.Annotation is { NeedsSession: true } annotation && activated?.AreWithout(group.Implementation) != false)
            {
                var (covered, obstacle) = Coverage.For(annotation, group.Methods, survey.PlaceOf(group.Implementation), compilation);
                if (covered is not null)
                {
                    coverage.Add(group.Implementation, covered);
                }
                else
                {
                    obstacles.Add(obstacle!);
                }
            }
        }

        foreach (var (method, annotation) in survey.Outside)
        {
            if (activated is null && survey.OwesAnswer(method))
            {
                obstacles.Add(
                    new Obstacle(
                        method,
                        OutOfReach(method, annotation)
                            ?? $"the wrapper stands behind the interfaces of {Obstacle.Name(survey.Type)}, and this member implements "
                                + "none of them",
                        "declare it in an interface, or mark it [Eventual] or remove the annotation"
                    )
                );
            }
        }

        return new WrappingDecision(WrappingOutcome.Wrapped, WrapperShape.Delegating, survey.Pairs, obstacles.ToImmutable(), coverage);
    }

    private static WrappingDecision Derive(INamedTypeSymbol type, AnnotationSurvey survey, Compilation compilation)
    {
        var coverage = NoCoverage;
        var members = ImmutableArray.CreateBuilder<InterfaceMembers.Pair>();
        var obstacles = ImmutableArray.CreateBuilder<Obstacle>();
        foreach (var (method, annotation) in survey.Outside)
        {
            if (!Overriding.IsOpen(method, compilation) || Overriding.IsHidden(method, type, compilation))
            {
                if (survey.OwesAnswer(method))
                {
                    obstacles.Add(
                        new Obstacle(
                            method,
                            OutOfReach(method, annotation)
                                ?? $"it is not virtual, and {Obstacle.Name(type)} has no interface that declares it",
                            "declare it in an interface of the class, or make it virtual"
                        )
                    );
                }

                continue;
            }

            if (LanguageNeeds.Of(method, compilation) is { } need)
            {
                var (why, remedy) = TypeObstacles.Because(method, need);
                obstacles.Add(new Obstacle(survey.PlaceOf(method), why, remedy));
                continue;
            }

            var (covered, obstacle) = Coverage.For(annotation, Overriding.Line(method), survey.PlaceOf(method), compilation);
            if (covered is null)
            {
                obstacles.Add(obstacle!);
                continue;
            }

            var member = method.AssociatedSymbol ?? method;
            coverage.Add(method, covered);
            if (!members.Any(m => SymbolEqualityComparer.Default.Equals(m.Declaration, member)))
            {
                members.Add(new InterfaceMembers.Pair(member, member));
            }
        }

        if (type.IsAbstract)
        {
            return new WrappingDecision(
                WrappingOutcome.LeftToSubclasses,
                WrapperShape.Deriving,
                NoMembers,
                obstacles.ToImmutable(),
                NoCoverage
            );
        }

        var outcome =
            members.Count > 0 ? WrappingOutcome.Wrapped
            : obstacles.Count > 0 ? WrappingOutcome.Declined
            : WrappingOutcome.NotAnnotated;
        return new WrappingDecision(outcome, WrapperShape.Deriving, members.ToImmutable(), obstacles.ToImmutable(), coverage);
    }

    private static string? OutOfReach(IMethodSymbol method, Annotation annotation)
    {
        if (method.IsStatic)
        {
            return "it is static, so no instance stands between it and its callers";
        }

        return method.DeclaredAccessibility is Accessibility.Private
            ? $"it is private, so {annotation.Display} on it can have no effect"
            : null;
    }

    /// <summary>Where the class is not wrapped for one reason, each member with an annotation of its own says so too.</summary>
    private static ImmutableArray<Obstacle> WithEveryAnnotatedMember(
        INamedTypeSymbol type,
        AnnotationSurvey survey,
        ImmutableArray<Obstacle> reasons
    )
    {
        if (reasons.Any(r => SymbolEqualityComparer.Default.Equals(r.Place, type)))
        {
            return reasons;
        }

        var first = reasons[0];
        var builder = reasons.ToBuilder();
        foreach (var method in survey.AnnotatedHere)
        {
            if (!reasons.Any(r => SymbolEqualityComparer.Default.Equals(r.Place, method)))
            {
                builder.Add(
                    new Obstacle(
                        method,
                        $"{Obstacle.Name(type)} is not wrapped because of {Obstacle.Name(first.Place)}: {first.Why}",
                        first.Remedy
                    )
                );
            }
        }

        return builder.ToImmutable();
    }
}

/// <summary>What becomes of a type.</summary>
internal enum WrappingOutcome
{
    /// <summary>No annotation asks for a wrapper.</summary>
    NotAnnotated,

    /// <summary>An abstract class without interfaces: each of its concrete subclasses gets a wrapper of its own.</summary>
    LeftToSubclasses,

    /// <summary>A wrapper is written; single members may still have obstacles.</summary>
    Wrapped,

    /// <summary>No wrapper is written; the obstacles say why.</summary>
    Declined,
}
