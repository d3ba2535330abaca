using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Wrapping.Text;

/// <summary>Constants as C# text, whatever the culture of the machine.</summary>
internal static class ConstantText
{
    /// <summary>The default value of a parameter, or null when C# has no text for it (a DateTime from an attribute).</summary>
    public static string? Default(IParameterSymbol parameter)
    {
        if (!parameter.HasExplicitDefaultValue)
        {
            return null;
        }

        if (parameter.ExplicitDefaultValue is not { } value)
        {
            // A library may give null where its signature says that there is none.
            return (parameter.Type.IsReferenceType ? "null" : "default")
                + (parameter.Type is { IsValueType: false, NullableAnnotation: not NullableAnnotation.Annotated } ? "!" : string.Empty);
        }

        var type = parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : parameter.Type;
        return type.TypeKind == TypeKind.Enum ? Enum((INamedTypeSymbol)type, value) : Literal(value);
    }

    /// <summary>An argument of an attribute, or null when it cannot be written.</summary>
    public static string? Argument(TypedConstant constant)
    {
        if (constant.IsNull)
        {
            return "null";
        }

        switch (constant.Kind)
        {
            case TypedConstantKind.Primitive:
                return Literal(constant.Value!);
            case TypedConstantKind.Enum:
                return Enum((INamedTypeSymbol)constant.Type!, constant.Value!);
            case TypedConstantKind.Type:
                var type = (ITypeSymbol)constant.Value!;
                return "typeof("
                    + (
                        type is INamedTypeSymbol { IsUnboundGenericType: true } unbound ? TypeText.Unbound(unbound)
                        : type.SpecialType == SpecialType.System_Void ? "void"
                        : TypeText.Plain.WithoutAnnotation(type)
                    )
                    + ")";
            case TypedConstantKind.Array:
                var items = constant.Values.Select(Argument).ToList();
                return items.Contains(null) ? null : $"new {TypeText.Plain.Of(constant.Type!)} {{ {string.Join(", ", items)} }}";
            default:
                return null;
        }
    }

    /// <summary>The member of the enum that has the value, or a cast.</summary>
    public static string Enum(INamedTypeSymbol type, object value)
    {
        var name = TypeText.Plain.WithoutAnnotation(type);
        foreach (var member in type.GetMembers())
        {
            if (member is IFieldSymbol { HasConstantValue: true } field && value.Equals(field.ConstantValue))
            {
                return name + "." + Identifier.Escape(field.Name);
            }
        }

        return $"({name})({Literal(value)})";
    }

    private static string? Literal(object value) =>
        value switch
        {
            bool flag => flag ? "true" : "false",
            string text => SymbolDisplay.FormatLiteral(text, quote: true),
            char character => SymbolDisplay.FormatLiteral(character, quote: true),
            float number => Float(number),
            double number => Double(number),
            decimal number => number.ToString(CultureInfo.InvariantCulture) + "M",
            long number => number.ToString(CultureInfo.InvariantCulture) + "L",
            ulong number => number.ToString(CultureInfo.InvariantCulture) + "UL",
            uint number => number.ToString(CultureInfo.InvariantCulture) + "U",
            sbyte or byte or short or ushort or int => Convert.ToString(value, CultureInfo.InvariantCulture),
            _ => null,
        };

    private static string Float(float number) =>
        number switch
        {
            float.NaN => "float.NaN",
            float.PositiveInfinity => "float.PositiveInfinity",
            float.NegativeInfinity => "float.NegativeInfinity",
            _ => number.ToString("R", CultureInfo.InvariantCulture) + "F",
        };

    private static string Double(double number) =>
        number switch
        {
            double.NaN => "double.NaN",
            double.PositiveInfinity => "double.PositiveInfinity",
            double.NegativeInfinity => "double.NegativeInfinity",
            _ => number.ToString("R", CultureInfo.InvariantCulture) + "D",
        };
}
