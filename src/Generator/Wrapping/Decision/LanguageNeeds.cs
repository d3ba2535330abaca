using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>
/// What a signature can only be repeated in with a newer C# than the project's: a library may declare it all the same,
/// and the class itself may implement it in older words.
/// </summary>
internal static class LanguageNeeds
{
    /// <summary>What the member has and the C# that can write it, or null where the project's own can.</summary>
    public static (string What, int Version)? Of(ISymbol member, Compilation compilation)
    {
        if (compilation is not CSharpCompilation { LanguageVersion: var language })
        {
            return null;
        }

        foreach (var method in InterfaceMembers.Methods(member))
        {
            foreach (var parameter in method.Parameters)
            {
                if (parameter.RefKind == RefKind.RefReadOnlyParameter && language < LanguageVersion.CSharp12)
                {
                    return ("a ref readonly parameter", 12);
                }

                if (SignatureText.IsScoped(parameter) && language < LanguageVersion.CSharp11)
                {
                    return ("a scoped parameter", 11);
                }

                // C# 13 has no name in the Roslyn that this is built on.
                if (parameter is { IsParams: true, Type: not IArrayTypeSymbol } && (int)language < 1300)
                {
                    return ("a params collection", 13);
                }
            }
        }

        return null;
    }
}
