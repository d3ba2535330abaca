using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Annotations;

/// <summary>Annotations as they are written: a test before anything is bound.</summary>
internal static class AnnotationSyntax
{
    /// <summary>True for <c>[Name]</c>, <c>[NameAttribute]</c> and either with a namespace before it.</summary>
    public static bool IsNamed(AttributeSyntax attribute, string name)
    {
        var last = attribute.Name switch
        {
            QualifiedNameSyntax qualified => qualified.Right,
            AliasQualifiedNameSyntax aliased => aliased.Name,
            var simple => simple as SimpleNameSyntax,
        };
        return last?.Identifier.ValueText is { } written && (written == name || written == name + "Attribute");
    }
}
