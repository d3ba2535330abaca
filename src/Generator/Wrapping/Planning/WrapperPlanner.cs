using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>Turns a decision into the plain records that the emitter writes from.</summary>
internal static class WrapperPlanner
{
    public static WrapperPlan Plan(
        INamedTypeSymbol type,
        WrappingDecision decision,
        string hintName,
        Compilation compilation,
        AskedReads planned
    )
    {
        type = type.OriginalDefinition;
        var typeParameters = TypeChain.TypeParameters(type);
        var taken = TakenNames(type, decision);
        var innerField = Identifier.Free("_inner", taken);
        taken.Add(innerField);
        var sessions = new SessionText(taken, planned);
        var wrapperName = WrapperName.Of(type);
        var delegating = decision.Shape == WrapperShape.Delegating;
        var members = delegating
            ? new DelegatingMembers(type, decision, innerField, wrapperName, sessions).Plan()
            : new DerivingMembers(type, decision, sessions, compilation).Plan();
        var attributes = AttributeText.OnMember(type);

        return new WrapperPlan(
            hintName,
            type.ContainingNamespace.IsGlobalNamespace ? string.Empty : EscapedNamespace(type.ContainingNamespace),
            compilation is CSharpCompilation { LanguageVersion: >= LanguageVersion.CSharp10 },
            IsPublic(type) ? "public" : "internal",
            wrapperName,
            SignatureText.TypeParameters(typeParameters, TypeText.Plain, withAttributes: true),
            SignatureText.Constraints(typeParameters, TypeText.Plain),
            attributes,
            TypeText.Plain.WithoutAnnotation(type),
            TypeText.Cref(type),
            TypeText.Unbound(type),
            TypeText.Namespace(type) + wrapperName + TypeText.Commas(typeParameters.Count),
            decision.Shape,
            delegating ? BaseInterfaces(type) : new[] { TypeText.Plain.WithoutAnnotation(type) }.ToEquatableArray(),
            innerField,
            sessions.Options,
            delegating ? EquatableArray<ConstructorPlan>.Empty : Constructors(type, compilation),
            members,
            NamedWarnings.Of(type, decision.Members)
        );
    }

    /// <summary>The interfaces that the class names, without those that follow from another of them.</summary>
    private static EquatableArray<string> BaseInterfaces(INamedTypeSymbol type) =>
        type
            .AllInterfaces.Where(i => !type.AllInterfaces.Any(other => other.AllInterfaces.Contains(i, SymbolEqualityComparer.Default)))
            .Select(TypeText.Plain.WithoutAnnotation)
            .ToEquatableArray();

    private static EquatableArray<ConstructorPlan> Constructors(INamedTypeSymbol type, Compilation compilation) =>
        TypeObstacles
            .Constructors(type)
            .Select(c => new ConstructorPlan(
                AttributeText.OnConstructor(c, compilation),
                (c.DeclaredAccessibility == Accessibility.Public ? "public" : "internal")
                    + (c.Parameters.Any(static p => SignatureText.HasPointer(p.Type)) ? " unsafe" : string.Empty),
                SignatureText.Parameters(c.Parameters, TypeText.Plain, SignatureText.Purpose.Constructor, compilation),
                SignatureText.Arguments(c.Parameters)
            ))
            .ToEquatableArray();

    private static bool IsPublic(INamedTypeSymbol type) =>
        TypeChain.Of(type).All(static t => t.DeclaredAccessibility == Accessibility.Public);

    private static string EscapedNamespace(INamespaceSymbol symbol) =>
        symbol.ToDisplayString(
            SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)
        );

    /// <summary>Every name that a field of the wrapper must not have: members, parameters, type parameters.</summary>
    private static HashSet<string> TakenNames(INamedTypeSymbol type, WrappingDecision decision)
    {
        var names = new HashSet<string>(TypeChain.TypeParameters(type).Select(static p => p.Name), StringComparer.Ordinal);
        foreach (var pair in decision.Members)
        {
            names.Add(pair.Declaration.Name);
            foreach (var method in InterfaceMembers.Methods(pair.Declaration))
            {
                names.UnionWith(method.Parameters.Select(static p => p.Name));
                names.UnionWith(method.TypeParameters.Select(static p => p.Name));
            }
        }

        if (decision.Shape == WrapperShape.Deriving)
        {
            for (var current = type; current is not null; current = current.BaseType)
            {
                names.UnionWith(current.MemberNames);
            }
        }

        return names;
    }
}
