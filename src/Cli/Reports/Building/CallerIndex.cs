using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Cli.Reports.Building;

/// <summary>Who calls the units, over all projects: where a unit's name stands is bound, and counts for the member around it.</summary>
internal sealed class CallerIndex
{
    private readonly Dictionary<string, SortedDictionary<string, (string Name, CodePlace Place)>> _callers = new(StringComparer.Ordinal);

    public CallerIndex(IEnumerable<SurveyedProject> projects, CancellationToken cancellation)
    {
        var all = projects.ToList();
        var wanted = all.SelectMany(static p => p.Survey.Units).SelectMany(static u => u.CalledAs).ToHashSet(StringComparer.Ordinal);
        var names = wanted.Select(NameIn).ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
        {
            return;
        }

        foreach (var project in all)
        {
            foreach (var tree in project.Compilation.SyntaxTrees)
            {
                cancellation.ThrowIfCancellationRequested();
                Collect(tree, project, names, wanted, cancellation);
            }
        }
    }

    /// <summary>The members that call one of a unit's names, by their own.</summary>
    public IEnumerable<(string Name, CodePlace Place)> Of(SurveyedUnit unit) =>
        unit
            .CalledAs.SelectMany(id => _callers.TryGetValue(id, out var found) ? found : [])
            .GroupBy(static c => c.Key, StringComparer.Ordinal)
            .OrderBy(static g => g.Key, StringComparer.Ordinal)
            .Select(static g => g.First().Value);

    private void Collect(
        SyntaxTree tree,
        SurveyedProject project,
        HashSet<string> names,
        HashSet<string> wanted,
        CancellationToken cancellation
    )
    {
        SemanticModel? model = null;
        foreach (var node in tree.GetRoot(cancellation).DescendantNodes())
        {
            if (NameOf(node) is not { } name || !names.Contains(name))
            {
                continue;
            }

            model ??= project.Compilation.GetSemanticModel(tree);
            var symbol = model.GetSymbolInfo(node, cancellation).Symbol;
            symbol = (symbol as IMethodSymbol)?.ReducedFrom ?? symbol;
            symbol = (symbol as IMethodSymbol)?.AssociatedSymbol ?? symbol;
            if (
                symbol is IMethodSymbol or IPropertySymbol
                && UnitNames.KeyOf(symbol) is var called
                && wanted.Contains(called)
                && model.GetEnclosingSymbol(node.SpanStart, cancellation) is { } around
            )
            {
                Add(called, MemberAround(around), project.Name, node);
            }
        }
    }

    private void Add(string called, ISymbol caller, string project, SyntaxNode node)
    {
        if (!_callers.TryGetValue(called, out var callers))
        {
            _callers[called] = callers = new(StringComparer.Ordinal);
        }

        var key = UnitNames.KeyOf(caller);
        // A member that calls itself is no caller.
        if (key != called)
        {
            callers.TryAdd(project + " " + key, (caller.ToDisplayString(UnitNames.Short), CodePlace.Of(node.GetLocation())!));
        }
    }

    /// <summary>A lambda belongs to the member that it stands in.</summary>
    private static ISymbol MemberAround(ISymbol symbol)
    {
        while (symbol is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction, ContainingSymbol: { } around })
        {
            symbol = around;
        }

        return symbol;
    }

    private static string? NameOf(SyntaxNode node) =>
        node switch
        {
            SimpleNameSyntax name => name.Identifier.ValueText,
            BaseObjectCreationExpressionSyntax or ConstructorInitializerSyntax => "#ctor",
            ElementAccessExpressionSyntax => "Item",
            _ => null,
        };

    /// <summary>The bare name in a documentation id: <c>M:Shop.Orders.Get``1(System.Int32)~Inner</c> gives <c>Inner</c>.</summary>
    private static string NameIn(string id)
    {
        var local = id.LastIndexOf('~');
        // An implicit conversion's id ends with `~` and its type; nothing names it.
        if (local >= 0 && !id.AsSpan(local).Contains('.'))
        {
            return id[(local + 1)..];
        }

        var bracket = id.IndexOf('(');
        var head = bracket < 0 ? id : id[..bracket];
        var name = head[(Math.Max(head.LastIndexOf('.'), head.LastIndexOf(':')) + 1)..];
        var arity = name.IndexOf('`');
        // An explicit implementation writes its interface's dots as `#`.
        name = arity < 0 ? name : name[..arity];
        return name == "#ctor" ? name : name[(name.LastIndexOf('#') + 1)..];
    }
}
