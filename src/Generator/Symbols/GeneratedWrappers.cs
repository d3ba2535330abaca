using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Symbols;

/// <summary>How a wrapper that this generator wrote is told from other code.</summary>
internal static class GeneratedWrappers
{
    /// <summary>The tool name in the GeneratedCode attribute of every wrapper.</summary>
    public const string GeneratorName = "MonotonicReads.Generator";

    /// <summary>What the name of every wrapper begins with.</summary>
    public const string NamePrefix = "Consistent";

    /// <summary>Whether the type is a wrapper that this generator wrote: it is nobody's repository.</summary>
    public static bool IsWrittenByUs(INamedTypeSymbol type)
    {
        foreach (var attribute in type.GetAttributes())
        {
            if (
                attribute is { AttributeClass: { Name: "GeneratedCodeAttribute" }, ConstructorArguments: { Length: 2 } arguments }
                && arguments[0].Value is GeneratorName
            )
            {
                return true;
            }
        }

        return false;
    }
}
