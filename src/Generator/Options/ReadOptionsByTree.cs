using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Generator.Options;

/// <summary>The options of each file of a compilation, read when a body of the file is first looked at.</summary>
internal sealed class ReadOptionsByTree(AnalyzerConfigOptionsProvider provider)
{
    private readonly ConcurrentDictionary<SyntaxTree, ReadOptions> _byTree = new();

    public ReadOptions For(SyntaxTree tree) =>
        _byTree.GetOrAdd(tree, t => ReadOptions.From(provider.GetOptions(t), provider.GlobalOptions));
}
