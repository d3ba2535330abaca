using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Annotations;

/// <summary>Annotations as they are written: a test before anything is bound.</summary>
internal static class AnnotationSyntax
{
    /// <summary>True where an annotation that opens a session is written on a member or on a type around it.</summary>
    public static bool IsPinned(MemberDeclarationSyntax member)
    {
        for (var declaration = member; declaration is not null; declaration = declaration.Parent as MemberDeclarationSyntax)
        {
            foreach (var list in declaration.AttributeLists)
            {
                foreach (var attribute in list.Attributes)
                {
                    if (MayPlan(attribute) || IsNamed(attribute, "Primary"))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>True for those that can say how many reads there are.</summary>
    public static bool MayPlan(AttributeSyntax attribute) =>
        IsNamed(attribute, "Monotonic") || IsNamed(attribute, "Causal") || IsNamed(attribute, "Global");

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
