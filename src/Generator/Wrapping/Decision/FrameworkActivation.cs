using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>
/// A class of which a framework makes the objects by its own type, to call them itself: nobody can put a wrapper before it. The code fix,
/// MR2001 and MR2002 all ask here.
/// </summary>
internal sealed class FrameworkActivation
{
    private readonly ImmutableArray<ActivatedKind> _kinds;

    private FrameworkActivation(ImmutableArray<ActivatedKind> kinds) => _kinds = kinds;

    /// <summary>What the class is, with its article: <c>a hosted service</c>.</summary>
    public string What => _kinds[0].What;

    /// <summary>How the class is activated; null where whoever asks the container for it can be given a wrapper.</summary>
    public static FrameworkActivation? Of(INamedTypeSymbol type)
    {
        if (type.TypeKind != TypeKind.Class || type.IsStatic)
        {
            return null;
        }

        var kinds = ImmutableArray.CreateBuilder<ActivatedKind>();
        for (var b = type.BaseType; b is { SpecialType: not SpecialType.System_Object }; b = b.BaseType)
        {
            Add(ActivatedKinds.OfContract(b));
        }

        foreach (var contract in type.AllInterfaces)
        {
            Add(ActivatedKinds.OfContract(contract));
        }

        Add(ActivatedKinds.OfMarks(type));
        return kinds.Count == 0 ? null : new FrameworkActivation(kinds.OrderBy(static k => k.IsWhole ? 0 : 1).ToImmutableArray());

        void Add(ActivatedKind? kind)
        {
            if (kind is not null && !kinds.Contains(kind))
            {
                kinds.Add(kind);
            }
        }
    }

    /// <summary>
    /// Whether nothing can stand between the method and its callers. A job or a hosted service may offer an interface of the project's
    /// besides, under which it is registered: that one a wrapper can stand behind.
    /// </summary>
    /// <param name="method">A method of the class.</param>
    /// <param name="contracts">The interface methods that it implements.</param>
    public bool IsOutOfReach(IMethodSymbol method, IEnumerable<IMethodSymbol> contracts) =>
        _kinds.Any(static k => k.IsWhole)
        || contracts.All(c => SymbolEqualityComparer.Default.Equals(c, method) || _kinds.Any(k => k.Owns(c.ContainingType)));

    /// <summary>
    /// Whether the annotation that holds for the method is read by the web package itself: endpoints' metadata gives a request its
    /// session, a hub's and its methods' annotations each call.
    /// </summary>
    public bool Honours(IMethodSymbol method, Compilation compilation) => WebHandlers.HasPackage(compilation) && IsCalled(method);

    /// <inheritdoc cref="Honours(IMethodSymbol, Compilation)"/>
    public bool Honours(IMethodSymbol method, IModuleSymbol module) => WebHandlers.HasPackage(module) && IsCalled(method);

    private bool IsCalled(IMethodSymbol method) =>
        method is { MethodKind: MethodKind.Ordinary, DeclaredAccessibility: Accessibility.Public, IsStatic: false }
        && _kinds[0].Calls(method);

    /// <summary>Whether the annotation of the class is read, for all of its endpoints.</summary>
    public bool HonoursType(Compilation compilation) => WebHandlers.HasPackage(compilation) && _kinds[0].Endpoints != EndpointMethods.None;

    /// <inheritdoc cref="WebHandlers.HasPackage(Compilation)"/>
    public static bool IsHonoured(Compilation compilation) => WebHandlers.HasPackage(compilation);

    /// <summary>Why the annotation of a member has no effect, and what has.</summary>
    public Obstacle ObstacleAt(ISymbol place, Compilation compilation) =>
        new(
            place,
            $"the class is {What}, which its framework makes by the class's own type and calls itself, so that no wrapper stands before it",
            _kinds[0].Endpoints != EndpointMethods.None && !WebHandlers.HasPackage(compilation)
                ? "begin a session with ReadSession.Begin in it, or reference MonotonicReads.AspNetCore, which gives each request a session"
                : "begin a session with ReadSession.Begin in it"
        );
}
