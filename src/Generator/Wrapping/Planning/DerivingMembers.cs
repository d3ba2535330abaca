using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>Plans the overrides of a wrapper that derives from the class.</summary>
internal sealed class DerivingMembers
{
    private readonly WrappingDecision _decision;
    private readonly SessionText _sessions;
    private readonly Compilation _compilation;
    private readonly HashSet<string> _typeParameters;

    public DerivingMembers(INamedTypeSymbol type, WrappingDecision decision, SessionText sessions, Compilation compilation)
    {
        _decision = decision;
        _sessions = sessions;
        _compilation = compilation;
        _typeParameters = new HashSet<string>(TypeChain.TypeParameters(type).Select(static p => p.Name), StringComparer.Ordinal);
    }

    public EquatableArray<MemberPlan> Plan() =>
        _decision
            .Members.Select(p =>
                p.Declaration is IPropertySymbol property ? (MemberPlan)Property(property) : Method((IMethodSymbol)p.Declaration)
            )
            .ToEquatableArray();

    private MethodPlan Method(IMethodSymbol method)
    {
        var types = TypeText.For(method, _typeParameters);
        var coverage = _decision.CoverageOf(method);
        var isAsync = coverage is { Hold: SessionHold.Task };
        var call =
            $"base.{Identifier.Escape(method.Name)}{SignatureText.TypeParameters(method.TypeParameters, types)}"
            + $"({SignatureText.Arguments(method.Parameters)})";
        return new MethodPlan(
            AttributeText.OnMember(method).Concat(AttributeText.OnReturn(method)).ToEquatableArray(),
            Modifiers(
                method,
                method.Parameters.Any(static p => SignatureText.HasPointer(p.Type)) || SignatureText.HasPointer(method.ReturnType)
            ) + (isAsync ? "async " : string.Empty),
            isAsync ? BodyPlanner.AwaitableType(method, types) : SignatureText.ReturnType(method, types),
            Identifier.Escape(method.Name),
            SignatureText.TypeParameters(method.TypeParameters, types, withAttributes: true),
            SignatureText.Parameters(method.Parameters, types, SignatureText.Purpose.Named),
            SignatureText.InheritedConstraints(method, types),
            BodyPlanner.Plan(call, method, coverage, types, _sessions)
        );
    }

    /// <summary>Only the accessors that are covered are overridden; the others stay the class's own.</summary>
    private PropertyPlan Property(IPropertySymbol property)
    {
        var call = property.IsIndexer
            ? $"base[{SignatureText.Arguments(property.Parameters)}]"
            : "base." + Identifier.Escape(property.Name);
        return new PropertyPlan(
            AttributeText.OnProperty(property),
            Modifiers(property, SignatureText.HasPointer(property.Type)),
            SignatureText.RefPrefix(property.RefKind) + TypeText.Plain.Of(property.Type),
            property.IsIndexer ? "this" : Identifier.Escape(property.Name),
            SignatureText.Parameters(property.Parameters, TypeText.Plain, SignatureText.OfIndexer(property)),
            new[]
            {
                Accessor(property, property.GetMethod, "get", call),
                Accessor(property, property.SetMethod, property.SetMethod is { IsInitOnly: true } ? "init" : "set", call + " = value"),
            }
                .OfType<AccessorPlan>()
                .ToEquatableArray()
        );
    }

    private AccessorPlan? Accessor(IPropertySymbol property, IMethodSymbol? accessor, string keyword, string call)
    {
        if (accessor is null || _decision.CoverageOf(accessor) is not { } coverage)
        {
            return null;
        }

        var narrower =
            accessor.DeclaredAccessibility == property.DeclaredAccessibility
                ? string.Empty
                : Overriding.AccessibilityText(accessor, _compilation) + " ";
        return new AccessorPlan(
            AttributeText.OnMember(accessor),
            narrower + keyword,
            BodyPlanner.Plan(call, accessor, coverage, TypeText.Plain, _sessions)
        );
    }

    private string Modifiers(ISymbol member, bool needsUnsafe) =>
        Overriding.AccessibilityText(member, _compilation) + (needsUnsafe ? " unsafe" : string.Empty) + " override ";
}
