using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Text;

/// <summary>The attributes that a wrapper has to repeat: those that the compiler, the trimmer or a container acts upon.</summary>
internal static class AttributeText
{
    private static readonly HashSet<string> OfFlow = new(StringComparer.Ordinal)
    {
        "AllowNullAttribute",
        "DisallowNullAttribute",
        "MaybeNullAttribute",
        "NotNullAttribute",
        "MaybeNullWhenAttribute",
        "NotNullWhenAttribute",
        "NotNullIfNotNullAttribute",
        "DoesNotReturnAttribute",
        "DoesNotReturnIfAttribute",
        "DynamicallyAccessedMembersAttribute",
        "RequiresUnreferencedCodeAttribute",
        "RequiresDynamicCodeAttribute",
        "RequiresAssemblyFilesAttribute",
        "ExperimentalAttribute",
        "SetsRequiredMembersAttribute",
        "UnscopedRefAttribute",
        "StringSyntaxAttribute",
    };

    private static readonly HashSet<string> OfCaller = new(StringComparer.Ordinal)
    {
        "CallerMemberNameAttribute",
        "CallerFilePathAttribute",
        "CallerLineNumberAttribute",
        "CallerArgumentExpressionAttribute",
    };

    /// <summary>On a method, property, event, accessor or type parameter.</summary>
    public static EquatableArray<string> OnMember(ISymbol symbol) =>
        symbol.GetAttributes().Where(IsRepeated).Select(static a => Text(a, string.Empty)).OfType<string>().ToEquatableArray();

    /// <summary>On a property: in metadata its null attributes stand on the accessors' values instead.</summary>
    public static EquatableArray<string> OnProperty(IPropertySymbol property) =>
        OnMember(property)
            .Concat(
                property.GetMethod is { } getter
                    ? getter
                        .GetReturnTypeAttributes()
                        .Where(static a => IsRepeated(a) && !IsOfSetter(a))
                        .Select(static a => Text(a, string.Empty))
                        .OfType<string>()
                    : []
            )
            // What else stands on the value that is set ([param: NotNull]) speaks to callers alone, and repeated it would not match.
            .Concat(
                property.SetMethod is { } setter
                    ? OnValueSet(setter).Where(IsOfSetter).Select(static a => Text(a, string.Empty)).OfType<string>()
                    : []
            )
            .Distinct()
            .ToEquatableArray();

    /// <summary>What stands on the value that an accessor is given.</summary>
    private static IEnumerable<AttributeData> OnValueSet(IMethodSymbol setter) =>
        setter.Parameters.Length > 0 ? setter.Parameters[setter.Parameters.Length - 1].GetAttributes().Where(IsRepeated) : [];

    /// <summary>On a property these speak of the value that is set, and all others of the value that is read.</summary>
    private static bool IsOfSetter(AttributeData attribute) =>
        attribute.AttributeClass?.Name is "AllowNullAttribute" or "DisallowNullAttribute";

    /// <summary>On the return value, as <c>[return: ...]</c>.</summary>
    public static EquatableArray<string> OnReturn(IMethodSymbol method) =>
        method.GetReturnTypeAttributes().Where(IsRepeated).Select(static a => Text(a, "return: ")).OfType<string>().ToEquatableArray();

    /// <summary>On a parameter, in front of its type.</summary>
    /// <param name="isExplicit">An explicit implementation is never called by name, so caller information would warn there.</param>
    public static string OnParameter(IParameterSymbol parameter, bool isExplicit) =>
        string.Concat(
            parameter
                .GetAttributes()
                .Where(a => IsRepeated(a) || (!isExplicit && IsCallerInformation(a)))
                .Select(static a => Text(a, string.Empty))
                .OfType<string>()
                .Select(static t => t + " ")
        );

    /// <summary>On a constructor's parameter: all of them, since a container may read any.</summary>
    public static string OnConstructorParameter(IParameterSymbol parameter, Compilation compilation) =>
        string.Concat(OnConstructor(parameter, compilation).Select(static t => t + " "));

    /// <summary>On a constructor: all of them, since a container may read any.</summary>
    public static EquatableArray<string> OnConstructor(ISymbol symbol, Compilation compilation) =>
        symbol
            .GetAttributes()
            .Where(a =>
                a.AttributeClass is { TypeKind: TypeKind.Class } type
                && compilation.IsSymbolAccessibleWithin(type, compilation.Assembly)
                && !type.IsFileLocal
                && !FrameworkTypes.IsIn(type, "System", "Runtime", "CompilerServices")
            )
            .Select(static a => Text(a, string.Empty))
            .OfType<string>()
            .ToEquatableArray();

    private static bool IsRepeated(AttributeData attribute) =>
        attribute.AttributeClass is { } type
        && (
            (type.Name == "ObsoleteAttribute" && FrameworkTypes.IsIn(type, "System"))
            || (OfFlow.Contains(type.Name) && FrameworkTypes.IsIn(type, "System", "Diagnostics", "CodeAnalysis"))
        );

    private static bool IsCallerInformation(AttributeData attribute) =>
        attribute.AttributeClass is { } type
        && OfCaller.Contains(type.Name)
        && FrameworkTypes.IsIn(type, "System", "Runtime", "CompilerServices");

    private static string? Text(AttributeData attribute, string target)
    {
        var arguments = attribute
            .ConstructorArguments.Select(ConstantText.Argument)
            .Concat(
                attribute.NamedArguments.Select(static n =>
                    ConstantText.Argument(n.Value) is { } value ? Identifier.Escape(n.Key) + " = " + value : null
                )
            )
            .ToList();
        if (arguments.Contains(null))
        {
            return null;
        }

        var name = TypeText.Plain.WithoutAnnotation(attribute.AttributeClass!);
        const string Suffix = "Attribute";
        if (name.EndsWith(Suffix, StringComparison.Ordinal))
        {
            name = name.Substring(0, name.Length - Suffix.Length);
        }

        return "[" + target + name + (arguments.Count == 0 ? string.Empty : "(" + string.Join(", ", arguments) + ")") + "]";
    }
}
