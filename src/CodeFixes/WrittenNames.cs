using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// How a file names our types: short where that is what the name means there, or where a <c>using</c> can make it so without making another
/// name ambiguous; in full everywhere else.
/// </summary>
internal sealed class WrittenNames
{
    private const string Namespace = "MonotonicReads";

    private readonly SemanticModel _model;
    private readonly CompilationUnitSyntax _root;
    private readonly Layout _layout;
    private readonly Lazy<TextChange?> _import;

    public WrittenNames(SemanticModel model, CompilationUnitSyntax root, Layout layout)
    {
        _model = model;
        _root = root;
        _layout = layout;
        _import = new Lazy<TextChange?>(() => WouldBeAmbiguous() ? null : ImportPlace.Of(_root, _model, _layout));
    }

    /// <summary>How an attribute is written there, without its brackets.</summary>
    public WrittenName Attribute(string name, int position) => Name(position, [name + "Attribute", name], name, InFull(name).Text);

    /// <summary>The same where no <c>using</c> reaches.</summary>
    public static WrittenName InFull(string name) => new($"global::{Namespace}.{name}Attribute", null);

    /// <summary>The statement that begins a session of the level there.</summary>
    public WrittenName Session(string local, string consistency, int position)
    {
        var type = Name(position, ["ReadSession"], "ReadSession", $"global::{Namespace}.ReadSession");
        var level = Name(position, ["ReadConsistency"], "ReadConsistency", $"global::{Namespace}.ReadConsistency");
        return new WrittenName($"using var {local} = {type.Text}.Begin({level.Text}.{consistency});", type.Import ?? level.Import);
    }

    private WrittenName Name(int position, string[] meanings, string brief, string full)
    {
        var found = meanings.SelectMany(m => _model.LookupSymbols(position, name: m)).ToList();
        return found.Count == 0 && _import.Value is { } import ? new WrittenName(brief, import)
            : found.Count == 1 && IsOurs(found[0]) ? new WrittenName(brief, null)
            : new WrittenName(full, null);
    }

    /// <summary>Whether a type that the file names comes by a <c>using</c>, and ours of that name would come by another.</summary>
    private bool WouldBeAmbiguous()
    {
        var ours = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in _model.Compilation.GetTypeByMetadataName(Namespace + ".ReadSession")!.ContainingNamespace.GetTypeMembers())
        {
            ours.Add(type.Name);
            ours.Add(type.Name.EndsWith("Attribute", StringComparison.Ordinal) ? type.Name.Substring(0, type.Name.Length - 9) : type.Name);
        }

        return _root
            .DescendantNodes(descendIntoTrivia: true)
            .Any(n =>
                n is SimpleNameSyntax name
                && ours.Contains(name.Identifier.ValueText)
                && _model.GetSymbolInfo(name) is { Symbol: var symbol }
                && (symbol as INamedTypeSymbol ?? (symbol as IMethodSymbol)?.ContainingType) is { } meant
                && !IsOurs(meant)
            );
    }

    private static bool IsOurs(ISymbol symbol) =>
        symbol is INamedTypeSymbol { ContainingNamespace: { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true } };
}

/// <summary>A text that names our types, and the <c>using</c> that it needs; null for none.</summary>
internal readonly record struct WrittenName(string Text, TextChange? Import);
