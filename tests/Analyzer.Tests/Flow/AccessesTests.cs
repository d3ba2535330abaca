using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>The accesses of a path: a path with very many keeps those that a later read meets first.</summary>
public class AccessesTests
{
    private static readonly IOperation[] Operations = Calls(400);

    [Fact]
    public void What_a_read_meets_first_is_the_same_however_many_accesses_a_path_has()
    {
        object first = "first";
        object second = "second";
        object?[] units = [first, first, second, null, first, second];
        foreach (var start in Enumerable.Range(0, units.Length))
        {
            var all = new List<Access>();
            var kept = Accesses.Empty;
            for (var i = 0; i < Operations.Length; i++)
            {
                var access = new Access(
                    new Site(Operations[i], "Get", ThroughCall: i % 5 == 0),
                    units[(i / 40 + start) % units.Length],
                    IsCurrent: true,
                    OnPrimary: false
                );
                all.Add(access);
                kept = i % 2 == 0 ? kept.Add(access) : kept.Union(Accesses.Empty.Add(access));
                if (i % 150 == 149)
                {
                    all = all.ConvertAll(a => a.SharesServerWith(second) ? a with { IsCurrent = false } : a);
                    kept = kept.Retired(second);
                }

                foreach (var unit in new object?[] { first, second, null, "third" })
                {
                    Assert.Equal(FirstMet(all, unit, ownOnly: false), FirstMet(kept, unit, ownOnly: false));
                    Assert.Equal(FirstMet(all, unit, ownOnly: true), FirstMet(kept, unit, ownOnly: true));
                }
            }

            Assert.True(kept.Count <= 64, $"{kept.Count} are kept");
            Assert.True(kept.MayHaveBeenAt(all[300].Site));
        }
    }

    [Fact]
    public void Two_sets_are_equal_whatever_the_order_in_which_they_were_filled()
    {
        var accesses = Operations.Take(20).Select(o => new Access(new Site(o, "Get", ThroughCall: false), null, true, false)).ToList();
        var forth = accesses.Aggregate(Accesses.Empty, (set, access) => set.Add(access));
        var back = Enumerable.Reverse(accesses).Aggregate(Accesses.Empty, (set, access) => set.Add(access));
        Assert.True(forth.SetEquals(back));
        Assert.Same(forth, forth.Union(back));
        Assert.Same(forth, forth.Add(accesses[3]));
        Assert.False(forth.SetEquals(Accesses.Empty.Add(accesses[0])));
        Assert.False(Accesses.Empty.Add(accesses[0]).MayHaveBeenAt(accesses[1].Site));
    }

    private static int? FirstMet(IEnumerable<Access> accesses, object? unit, bool ownOnly) =>
        accesses.Where(a => !a.SharesServerWith(unit) && !(ownOnly && a.Site.ThroughCall)).Min(static a => (int?)a.Site.Position);

    private static IOperation[] Calls(int count)
    {
        var tree = CSharpSyntaxTree.ParseText(
            $"class C {{ static void Get() {{ }} void M() {{ {string.Concat(Enumerable.Repeat("Get(); ", count))} }} }}"
        );
        var compilation = CSharpCompilation.Create("Calls", [tree], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]);
        var model = compilation.GetSemanticModel(tree);
        return [.. tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().Select(call => model.GetOperation(call)!)];
    }
}
