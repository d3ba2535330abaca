using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Edges;

/// <summary>Which room really uses which: each name in the source, bound, and the file that declares what it names.</summary>
/// <remarks>
/// Sources are asked and not the compiled assembly, because a constant, an enum's member and a nameof leave no trace of their type in
/// that. A room is a folder and not a namespace, because public types share one.
/// </remarks>
internal sealed class RoomUses
{
    private readonly SortedDictionary<(string From, string To), string> _examples = [];
    private readonly Dictionary<string, int> _excused = [];

    private RoomUses(IEnumerable<string> rooms) => Rooms = [.. rooms];

    public SortedSet<string> Rooms { get; }

    public IEnumerable<(string From, string To)> Pairs => _examples.Keys;

    /// <summary>How often each excused use was found.</summary>
    public IReadOnlyDictionary<string, int> Excused => _excused;

    /// <param name="roomOf">The room of a file that another assembly declares, by its path.</param>
    /// <param name="excused">Uses that count for no room: <c>path of the file -> name of the type</c>.</param>
    public static RoomUses Of(
        CSharpCompilation compilation,
        IReadOnlyCollection<SourceFile> files,
        Func<string, string?> roomOf,
        IReadOnlySet<string>? excused = null
    )
    {
        var rooms = files.ToDictionary(f => f.Path, f => f.Room);
        var uses = new RoomUses(rooms.Values);
        foreach (var file in files)
        {
            var model = compilation.GetSemanticModel(file.Tree);
            foreach (var node in file.Root.DescendantNodes().Where(Names))
            {
                var place = Declaration(Bind(model, node));
                if (place is not null && (rooms.GetValueOrDefault(place) ?? roomOf(place)) is { } to && to != file.Room)
                {
                    var use = $"{file.Path} -> {Path.GetFileNameWithoutExtension(place)}";
                    if (excused?.Contains(use) == true)
                    {
                        uses._excused[use] = uses._excused.GetValueOrDefault(use) + 1;
                        continue;
                    }

                    var line = file.Tree.GetLineSpan(node.Span).StartLinePosition.Line + 1;
                    uses._examples.TryAdd((file.Room, to), $"{file.Path}({line}): {node}");
                }
            }
        }

        return uses;
    }

    /// <summary>The first place where the one uses the other.</summary>
    public string Example(string from, string to) => _examples[(from, to)];

    public IEnumerable<string> UsedBy(string room) => _examples.Keys.Where(p => p.From == room).Select(p => p.To);

    private static bool Names(SyntaxNode node) =>
        node is ImplicitObjectCreationExpressionSyntax
        || (node is SimpleNameSyntax && node.FirstAncestorOrSelf<UsingDirectiveSyntax>() is null);

    private static ISymbol? Bind(SemanticModel model, SyntaxNode node)
    {
        var found = model.GetSymbolInfo(node);
        var symbol = found.Symbol ?? found.CandidateSymbols.FirstOrDefault();
        return symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol;
    }

    private static string? Declaration(ISymbol? symbol)
    {
        if (symbol is not (INamedTypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol))
        {
            return null;
        }

        var declared = Paths(symbol.OriginalDefinition);
        var type = symbol.OriginalDefinition as INamedTypeSymbol ?? symbol.OriginalDefinition.ContainingType;
        // What the compiler adds to a type (a record's members, a default constructor) stands where the type does.
        declared = declared.Count > 0 || type is null ? declared : Paths(type);
        return declared.FirstOrDefault(p => Path.GetFileNameWithoutExtension(p) == type?.Name) ?? declared.FirstOrDefault();
    }

    private static List<string> Paths(ISymbol symbol) => [.. symbol.DeclaringSyntaxReferences.Select(r => r.SyntaxTree.FilePath)];
}
