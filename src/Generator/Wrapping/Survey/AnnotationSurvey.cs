using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>Everything about one class that annotations speak of: which of its methods, inside and outside its interfaces.</summary>
internal sealed class AnnotationSurvey
{
    private readonly EffectiveAnnotations _annotations;
    private readonly List<(IMethodSymbol Method, Annotation? Annotation)> _others = [];

    private AnnotationSurvey(INamedTypeSymbol type, EffectiveAnnotations annotations)
    {
        Type = type;
        _annotations = annotations;
        Pairs = InterfaceMembers.Of(type).ToImmutableArray();
    }

    /// <summary>A method that interfaces reach.</summary>
    /// <param name="Implementation">What runs.</param>
    /// <param name="Methods">It, and every interface method that it implements for the class.</param>
    public sealed record Group(IMethodSymbol Implementation, IReadOnlyList<IMethodSymbol> Methods, Annotation? Annotation);

    public INamedTypeSymbol Type { get; }

    public ImmutableArray<InterfaceMembers.Pair> Pairs { get; }

    public ImmutableArray<Group> Implemented { get; private set; } = ImmutableArray<Group>.Empty;

    /// <summary>Annotated methods that no interface reaches, those of base classes included unless they are overridden.</summary>
    public ImmutableArray<(IMethodSymbol Method, Annotation Annotation)> Outside { get; private set; } =
        ImmutableArray<(IMethodSymbol, Annotation)>.Empty;

    /// <summary>Every method of the class and its base classes, with the annotation that holds for it if any.</summary>
    public IEnumerable<(IMethodSymbol Method, Annotation? Annotation)> Levels =>
        Implemented.Select(static g => (g.Implementation, g.Annotation)).Concat(_others);

    public bool ImplementsAnnotated => Implemented.Any(static g => g.Annotation is { NeedsSession: true });

    /// <summary>A static class cannot keep what its annotation says, whatever it holds.</summary>
    public bool IsAnnotated => ImplementsAnnotated || !Outside.IsEmpty || (Type.IsStatic && IsTypeAnnotated);

    /// <summary>Whether a wrapper could reach anything: otherwise each member says itself why not.</summary>
    public bool HasReachable =>
        ImplementsAnnotated || Outside.Any(static o => !o.Method.IsStatic && o.Method.DeclaredAccessibility != Accessibility.Private);

    public bool IsTypeAnnotated => _annotations.Declared(Type) is { NeedsSession: true };

    /// <summary>The methods of this class that bear an annotation of their own.</summary>
    public IEnumerable<IMethodSymbol> AnnotatedHere =>
        Type.GetMembers().OfType<IMethodSymbol>().Where(m => _annotations.Declared(m) is { NeedsSession: true });

    public static AnnotationSurvey Of(INamedTypeSymbol type, ContractAnnotations contracts, IReadOnlyCollection<ISymbol> assumed)
    {
        var survey = new AnnotationSurvey(type, new EffectiveAnnotations(type, contracts, assumed));
        survey.CollectImplemented();
        survey.CollectOutside();
        return survey;
    }

    /// <summary>Where MR2001 stands for a method: on it, or on the class when the method is declared elsewhere.</summary>
    public ISymbol PlaceOf(IMethodSymbol method) =>
        SymbolEqualityComparer.Default.Equals(method.ContainingType.OriginalDefinition, Type) ? method : Type;

    /// <summary>
    /// Whether a method that the wrapper cannot reach needs MR2001. One with an annotation of its own always does; an
    /// annotation on the type speaks of public and internal instance methods. What a base class declares is answered there.
    /// </summary>
    public bool OwesAnswer(IMethodSymbol method)
    {
        if (!SymbolEqualityComparer.Default.Equals(method.ContainingType, Type))
        {
            return false;
        }

        return _annotations.Declared(method) is not null
            || (
                !method.IsStatic
                && method.MethodKind == MethodKind.Ordinary
                && method.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
            );
    }

    private void CollectImplemented()
    {
        var order = new List<IMethodSymbol>();
        var groups = new Dictionary<IMethodSymbol, List<IMethodSymbol>>(SymbolEqualityComparer.Default);
        foreach (var pair in Pairs)
        {
            foreach (var declaration in InterfaceMembers.Methods(pair.Declaration))
            {
                var runs = InterfaceMembers.Runs(Type, declaration);
                if (!groups.TryGetValue(runs, out var methods))
                {
                    groups.Add(runs, methods = [runs]);
                    order.Add(runs);
                }

                if (!SymbolEqualityComparer.Default.Equals(runs, declaration))
                {
                    methods.Add(declaration);
                }
            }
        }

        Implemented = order
            .Select(m => new Group(
                m,
                groups[m],
                _annotations.For(
                    m,
                    m.ContainingType.TypeKind == TypeKind.Interface ? groups[m] : groups[m].GetRange(1, groups[m].Count - 1)
                )
            ))
            .ToImmutableArray();
    }

    private void CollectOutside()
    {
        var handled = new HashSet<IMethodSymbol>(
            Implemented.SelectMany(static g => Overriding.Line(g.Implementation)),
            SymbolEqualityComparer.Default
        );
        var outside = ImmutableArray.CreateBuilder<(IMethodSymbol, Annotation)>();
        for (var type = Type; type is not null && type.SpecialType != SpecialType.System_Object; type = type.BaseType)
        {
            foreach (var member in type.GetMembers())
            {
                if (
                    member is not IMethodSymbol method
                    || method.IsImplicitlyDeclared
                    || method.MethodKind is MethodKind.Constructor or MethodKind.StaticConstructor or MethodKind.Destructor
                    || handled.Contains(method)
                )
                {
                    continue;
                }

                foreach (var declaration in Overriding.Line(method))
                {
                    handled.Add(declaration);
                }

                var annotation = AnnotationOutside(method);
                _others.Add((method, annotation));
                if (annotation is { NeedsSession: true })
                {
                    outside.Add((method, annotation));
                }
            }
        }

        Outside = outside.ToImmutable();
    }

    /// <summary>A type's annotation does not speak of static members; a member's own always counts.</summary>
    private Annotation? AnnotationOutside(IMethodSymbol method) =>
        method.IsStatic || method.MethodKind is MethodKind.ExplicitInterfaceImplementation
            ? _annotations.Declared(method)
            : _annotations.For(method, []);
}
