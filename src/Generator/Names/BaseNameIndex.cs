using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The types of one file with the simple names in their base lists. A pure function of the syntax tree, kept with it, so
/// that an edit reads one file again and not the project.
/// </summary>
internal sealed class BaseNameIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, BaseNameIndex> ByTree = new();

    private BaseNameIndex(SyntaxTree tree)
    {
        var types = new List<Entry>();
        var annotated = new List<string>();
        Collect(tree.GetRoot(), string.Empty, types, annotated);
        Types = [.. types];
        AnnotatedTypes = annotated;
    }

    /// <param name="Name">The simple name, without arity.</param>
    /// <param name="ClassMetadataName">The full name of a class, as the compilation looks it up; null for an interface or an alias.</param>
    /// <param name="Bases">The simple names in the base list; of an alias, the name that it stands for.</param>
    public sealed record Entry(string Name, string? ClassMetadataName, string[] Bases);

    /// <summary>Classes, records, interfaces and aliases that have a base list.</summary>
    public Entry[] Types { get; }

    /// <summary>The simple names of types that seem to bear an annotation, on themselves or on a member.</summary>
    public IReadOnlyList<string> AnnotatedTypes { get; }

    public static BaseNameIndex Of(SyntaxTree tree) => ByTree.GetValue(tree, static t => new BaseNameIndex(t));

    /// <summary>Adds those in whose base list a name stands.</summary>
    public void AddNamingBase(string name, List<Entry> found)
    {
        foreach (var entry in Types)
        {
            if (Array.IndexOf(entry.Bases, name) >= 0)
            {
                found.Add(entry);
            }
        }
    }

    private static void Collect(SyntaxNode node, string prefix, List<Entry> types, List<string> annotated)
    {
        foreach (var child in node.ChildNodes())
        {
            switch (child)
            {
                case BaseNamespaceDeclarationSyntax container:
                    Collect(container, prefix + DottedName(container.Name) + ".", types, annotated);
                    break;
                case TypeDeclarationSyntax type:
                    var arity = type.TypeParameterList?.Parameters.Count ?? 0;
                    var metadataName =
                        prefix
                        + type.Identifier.ValueText
                        + (arity == 0 ? string.Empty : "`" + arity.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    if (type.BaseList is { } bases && type is not StructDeclarationSyntax)
                    {
                        types.Add(
                            new Entry(
                                type.Identifier.ValueText,
                                type is InterfaceDeclarationSyntax ? null : metadataName,
                                [.. bases.Types.Select(static b => SimpleName(b.Type))]
                            )
                        );
                    }

                    if (SeemsAnnotated(type.AttributeLists) || type.Members.Any(static m => SeemsAnnotated(m.AttributeLists)))
                    {
                        annotated.Add(type.Identifier.ValueText);
                    }

                    Collect(type, metadataName + "+", types, annotated);
                    break;
                case UsingDirectiveSyntax { Alias: { } alias, NamespaceOrType: { } target }:
                    types.Add(new Entry(alias.Name.Identifier.ValueText, null, [SimpleName(target)]));
                    break;
                default:
                    break;
            }
        }
    }

    private static bool SeemsAnnotated(SyntaxList<AttributeListSyntax> lists) =>
        lists.Any(static l =>
            l.Attributes.Any(static a =>
                SimpleName(a.Name)
                    is "Monotonic"
                        or "MonotonicAttribute"
                        or "Causal"
                        or "CausalAttribute"
                        or "Global"
                        or "GlobalAttribute"
                        or "Primary"
                        or "PrimaryAttribute"
            )
        );

    private static string DottedName(NameSyntax name) =>
        name switch
        {
            QualifiedNameSyntax qualified => DottedName(qualified.Left) + "." + qualified.Right.Identifier.ValueText,
            _ => SimpleName(name),
        };

    private static string SimpleName(TypeSyntax type) =>
        type switch
        {
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
            AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            NullableTypeSyntax nullable => SimpleName(nullable.ElementType),
            _ => string.Empty,
        };
}
