using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>
/// The warnings that merely naming types gives: an obsolete or experimental type in a signature. Whoever wrote the
/// repository has answered them there, and the wrapper only repeats it. Members carry their attribute along instead.
/// </summary>
internal static class NamedWarnings
{
    /// <summary>
    /// A setter whose value is not null afterwards, <c>[param: NotNull] set</c>: no implementation matches it to the compiler's mind.
    /// </summary>
    private static bool PromisesValue(IMethodSymbol method) =>
        method is { MethodKind: MethodKind.PropertySet, Parameters: [.., var value] }
        && value.GetAttributes().Any(static a => a.AttributeClass?.Name == "NotNullAttribute");

    public static EquatableArray<string> Of(INamedTypeSymbol type, IEnumerable<InterfaceMembers.Pair> members)
    {
        var codes = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        Visit(type);
        foreach (var contract in type.AllInterfaces)
        {
            Visit(contract);
        }

        foreach (var method in members.SelectMany(static p => InterfaceMembers.Methods(p.Declaration)))
        {
            Visit(method.ReturnType);
            foreach (var parameter in method.Parameters)
            {
                Visit(parameter.Type);
            }

            if (PromisesValue(method))
            {
                codes.Add("CS8767");
                codes.Add("CS8769");
            }
        }

        return codes.ToEquatableArray();

        void Visit(ITypeSymbol? visited)
        {
            switch (visited)
            {
                case IArrayTypeSymbol array:
                    Visit(array.ElementType);
                    break;
                case IPointerTypeSymbol pointer:
                    Visit(pointer.PointedAtType);
                    break;
                case INamedTypeSymbol named when seen.Add(named):
                    if (named.SpecialType == SpecialType.None)
                    {
                        codes.UnionWith(named.GetAttributes().SelectMany(Codes));
                    }

                    Visit(named.ContainingType);
                    foreach (var argument in named.TypeArguments)
                    {
                        Visit(argument);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static IEnumerable<string> Codes(AttributeData attribute)
    {
        if (attribute.AttributeClass is not { } type)
        {
            return [];
        }

        if (type.Name == "ExperimentalAttribute" && FrameworkTypes.IsIn(type, "System", "Diagnostics", "CodeAnalysis"))
        {
            return attribute.ConstructorArguments is { Length: 1 } arguments && arguments[0].Value is string id ? [id] : [];
        }

        return type.Name == "ObsoleteAttribute" && FrameworkTypes.IsIn(type, "System")
            ? attribute.NamedArguments.FirstOrDefault(static n => n.Key == "DiagnosticId").Value.Value is string own
                ? [own]
                : ["CS0612", "CS0618"]
            : [];
    }
}
