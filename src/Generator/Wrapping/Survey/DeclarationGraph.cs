using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>
/// Which declarations a plan can depend on. A file leads to every file that declares a type whose name it mentions, and so on;
/// what no name leads to cannot change the plan. Names are taken for the same however they are qualified, so that this errs on
/// the side of making a plan again.
/// </summary>
internal sealed class DeclarationGraph
{
    private readonly string _aboveFiles;
    private readonly Dictionary<string, Digest> _ofNames = new(StringComparer.Ordinal);
    private Digest _ofAll;

    private DeclarationGraph(string aboveFiles) => _aboveFiles = aboveFiles;

    public static DeclarationGraph Of(Compilation compilation)
    {
        var files = compilation.SyntaxTrees.Select(static t => (Tree: t, Declarations: TreeDeclarations.Of(t))).ToArray();

        // A new namespace can hide another one from every file.
        var namespaces = new SortedSet<string>(files.SelectMany(static f => f.Declarations.Namespaces), StringComparer.Ordinal);
        var graph = new DeclarationGraph(DeclarationFingerprint.HashOf(compilation, static (_, _) => { }) + string.Join("|", namespaces));

        // The files come first, then the names that one of them declares.
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var declaring = new List<List<int>>();
        for (var i = 0; i < files.Length; i++)
        {
            foreach (var type in files[i].Declarations.Types)
            {
                if (!names.TryGetValue(type, out var node))
                {
                    names.Add(type, node = files.Length + declaring.Count);
                    declaring.Add([]);
                }

                declaring[node - files.Length].Add(i);
            }
        }

        var edges = new List<int>[files.Length + declaring.Count];
        var own = new Digest[edges.Length];
        for (var i = 0; i < files.Length; i++)
        {
            own[i] = Digest.Of(files[i].Declarations.Hash).With((ulong)DeclarationFingerprint.OrdinalOf(files[i].Tree.Options));
            edges[i] = [];
            foreach (var mention in files[i].Declarations.Mentions)
            {
                foreach (var spelled in new[] { mention, mention + "Attribute" })
                {
                    if (names.TryGetValue(spelled, out var node))
                    {
                        edges[i].Add(node);
                    }
                }
            }
        }

        declaring.CopyTo(edges, files.Length);
        var reached = Reached(edges, own);
        foreach (var name in names)
        {
            graph._ofNames.Add(name.Key, reached[name.Value]);
        }

        for (var i = 0; i < files.Length; i++)
        {
            if (files[i].Declarations.SpeaksForAll)
            {
                graph._ofAll = graph._ofAll.Plus(reached[i].Mixed());
            }
        }

        return graph;
    }

    /// <summary>Equal for two compilations only where the candidate's plan is the same in both.</summary>
    public string KeyOf(Candidate candidate)
    {
        var sum = _ofAll;
        foreach (var name in NamesOf(candidate.MetadataName))
        {
            if (_ofNames.TryGetValue(name, out var digest))
            {
                sum = sum.Plus(digest.Mixed());
            }
        }

        return sum + _aboveFiles;
    }

    /// <summary>The class and what contains it, and whatever could bear the same name or its wrapper's.</summary>
    private static HashSet<string> NamesOf(string metadataName)
    {
        var chain = metadataName.Substring(metadataName.LastIndexOf('.') + 1).Split('+').Select(static n => n.Split('`')[0]).ToList();
        var flattened = string.Concat(chain);
        var names = new HashSet<string>(chain, StringComparer.Ordinal) { GeneratedWrappers.NamePrefix + flattened };
        for (var length = 1; length <= flattened.Length; length++)
        {
            names.Add(flattened.Substring(0, length));
        }

        return names;
    }

    /// <summary>
    /// For each node the digest of all that it leads to. Nodes that lead to each other have one in common: Tarjan's strongly
    /// connected components, Depth-First Search and Linear Graph Algorithms (1972), without recursion.
    /// </summary>
    private static Digest[] Reached(List<int>[] edges, Digest[] own)
    {
        var result = new Digest[edges.Length];
        var order = new int[edges.Length];
        var low = new int[edges.Length];
        var component = new int[edges.Length];
        var seenFrom = new int[edges.Length + 1];
        var open = new Stack<int>();
        var path = new Stack<(int Node, int Edge)>();
        var (visited, components) = (0, 0);
        for (var root = 0; root < edges.Length; root++)
        {
            if (order[root] != 0)
            {
                continue;
            }

            path.Push((root, 0));
            while (path.Count > 0)
            {
                var (node, edge) = path.Pop();
                if (edge == 0)
                {
                    order[node] = low[node] = ++visited;
                    open.Push(node);
                }
                else
                {
                    low[node] = Math.Min(low[node], low[edges[node][edge - 1]]);
                }

                while (edge < edges[node].Count && order[edges[node][edge]] != 0)
                {
                    var next = edges[node][edge++];
                    if (component[next] == 0)
                    {
                        low[node] = Math.Min(low[node], order[next]);
                    }
                }

                if (edge < edges[node].Count)
                {
                    path.Push((node, edge + 1));
                    path.Push((edges[node][edge], 0));
                }
                else if (low[node] == order[node])
                {
                    Close(node);
                }
            }
        }

        return result;

        void Close(int first)
        {
            components++;
            var members = new List<int>();
            int member;
            do
            {
                member = open.Pop();
                component[member] = components;
                members.Add(member);
            } while (member != first);

            var sum = default(Digest);
            foreach (var part in members)
            {
                sum = sum.Plus(own[part]);
                foreach (var next in edges[part])
                {
                    // Each component that this one leads to counts once.
                    if (component[next] != components && seenFrom[component[next]] != components)
                    {
                        seenFrom[component[next]] = components;
                        sum = sum.Plus(result[next].Mixed());
                    }
                }
            }

            foreach (var part in members)
            {
                result[part] = sum;
            }
        }
    }

    /// <summary>128 bits that do not depend on the order in which they are added.</summary>
    private readonly record struct Digest(ulong High, ulong Low)
    {
        public static Digest Of(byte[] hash) => new(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8));

        public Digest Plus(Digest other) => new(unchecked(High + other.High), unchecked(Low + other.Low));

        public Digest With(ulong value) => new Digest(unchecked(High + value), Low).Mixed();

        /// <summary>So that a sum of sums tells which was part of which.</summary>
        public Digest Mixed() => new(Mix(High ^ (Low >> 7)), Mix(unchecked(Low + (High * 31))));

        public override string ToString() =>
            High.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)
            + Low.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

        // The finaliser of MurmurHash3.
        private static ulong Mix(ulong value)
        {
            unchecked
            {
                value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdUL;
                value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53UL;
                return value ^ (value >> 33);
            }
        }
    }
}
