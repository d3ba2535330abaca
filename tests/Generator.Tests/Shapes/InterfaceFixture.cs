using System.Text;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>
/// Writes a class that implements an interface of a library with members that throw, all of them annotated. What they throw
/// says who ran, with which arguments, and whether a session was current.
/// </summary>
internal static class InterfaceFixture
{
    public const string Ran = """
        #nullable enable
        #pragma warning disable
        using System;
        using System.Globalization;
        using System.Linq;
        namespace Shapes
        {
            public sealed class Ran : Exception
            {
                public Ran(string member, params object?[] arguments)
                    : base(member + "(" + string.Join(", ", arguments.Select(Text)) + ")") => HasSession = MonotonicReads.ReadSession.Current is not null;

                public bool HasSession { get; }

                private static string Text(object? value) => value is null ? "null" : value.GetType().Name + (value is string or IConvertible ? ":" + Convert.ToString(value, CultureInfo.InvariantCulture) : "");
            }
        }
        """;

    public static string Write(INamedTypeSymbol contract, string name, bool isExplicit)
    {
        var text = new StringBuilder("#nullable enable\n#pragma warning disable\n#pragma warning restore MR2001\nnamespace Shapes;\n");
        text.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"public unsafe class {name}{SignatureText.TypeParameters(contract.TypeParameters, TypeText.Plain)} : {TypeText.Plain.WithoutAnnotation(contract)}"
        );
        foreach (var constraint in SignatureText.Constraints(contract.TypeParameters, TypeText.Plain))
        {
            text.Append(' ').Append(constraint);
        }

        text.Append("\n{\n");
        var places = new Dictionary<string, INamedTypeSymbol>(StringComparer.Ordinal);
        var number = 0;
        foreach (var declaring in contract.AllInterfaces.Prepend(contract))
        {
            foreach (var member in declaring.GetMembers().Where(static m => m.IsAbstract && !m.IsStatic))
            {
                // Names that two interfaces declare can be public for one of them only.
                places.TryAdd(member.Name, declaring);
                var isTaken = !SymbolEqualityComparer.Default.Equals(places[member.Name], declaring);
                text.Append("    ")
                    .Append(Member(member, declaring, isExplicit || isTaken, $"{declaring.Name}.{member.Name} {++number}"))
                    .Append('\n');
            }
        }

        return text.Append("}\n").ToString();
    }

    private static string Member(ISymbol member, INamedTypeSymbol declaring, bool isExplicit, string label)
    {
        var front = isExplicit ? string.Empty : "public ";
        var qualifier = isExplicit ? TypeText.Plain.WithoutAnnotation(declaring) + "." : string.Empty;
        var purpose = isExplicit ? SignatureText.Purpose.Explicit : SignatureText.Purpose.Named;
        switch (member)
        {
            case IMethodSymbol { AssociatedSymbol: null } method:
                var constraints = isExplicit
                    ? SignatureText.InheritedConstraints(method, TypeText.Plain)
                    : SignatureText.Constraints(method.TypeParameters, TypeText.Plain);
                return $"[MonotonicReads.Monotonic] {string.Join(" ", AttributeText.OnReturn(method))} {front}{SignatureText.ReturnType(method, TypeText.Plain)} {qualifier}{Identifier.Escape(method.Name)}"
                    + $"{SignatureText.TypeParameters(method.TypeParameters, TypeText.Plain)}({SignatureText.Parameters(method.Parameters, TypeText.Plain, purpose)}) {string.Join(" ", constraints)} => {Throw(label, method.Parameters)};";
            case IPropertySymbol property:
                var accessors =
                    (
                        property.GetMethod is null
                            ? string.Empty
                            : $"[MonotonicReads.Monotonic] get => {Throw(label + " get", property.GetMethod.Parameters)}; "
                    )
                    + (
                        property.SetMethod is null
                            ? string.Empty
                            : "[MonotonicReads.Monotonic] "
                                + (property.SetMethod.IsInitOnly ? "init" : "set")
                                + $" => {Throw(label + " set", property.SetMethod.Parameters)};"
                    );
                var name = property.IsIndexer
                    ? $"this[{SignatureText.Parameters(property.Parameters, TypeText.Plain, purpose)}]"
                    : Identifier.Escape(property.Name);
                return $"{string.Join(" ", AttributeText.OnProperty(property).Where(static a => a.Contains("Null", StringComparison.Ordinal)))} {front}{SignatureText.RefPrefix(property.RefKind)}{TypeText.Plain.Of(property.Type)} {qualifier}{name} {{ {accessors} }}";
            case IEventSymbol happening:
                return $"{front}event {TypeText.Plain.Of(happening.Type)} {qualifier}{Identifier.Escape(happening.Name)} {{ add => {Throw(label + " add", happening.AddMethod!.Parameters)}; remove => {Throw(label + " remove", happening.RemoveMethod!.Parameters)}; }}";
            default:
                return string.Empty;
        }
    }

    private static string Throw(string label, IEnumerable<IParameterSymbol> parameters)
    {
        // Neither has what comes out a value yet, nor can a reference or a pointer be an object.
        var arguments = parameters
            .Where(static p =>
                p.RefKind != RefKind.Out
                && !p.Type.IsRefLikeType
                && p.Type.TypeKind is not (TypeKind.Pointer or TypeKind.FunctionPointer)
                && !NewerRoslyn.AllowsRefStruct(p.Type)
            )
            .Select(static p => ", (object?)" + Identifier.Escape(p.Name));
        return $"throw new Shapes.Ran(\"{label}\"{string.Concat(arguments)})";
    }
}
