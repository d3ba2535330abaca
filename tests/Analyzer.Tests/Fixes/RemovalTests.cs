using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Options;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>What has no effect is taken away, with its line and nothing else.</summary>
public class RemovalTests
{
    [Theory]
    [InlineData("    // kept\n    [Monotonic]\n    public", "    // kept\n    public")]
    [InlineData("    [Monotonic] // kept\n    public", "    // kept\n    public")]
    [InlineData("    [Monotonic] public", "    public")]
    [InlineData("    [Monotonic, Obsolete]\n    public", "    [Obsolete]\n    public")]
    [InlineData("    [Obsolete, Monotonic]\n    public", "    [Obsolete]\n    public")]
    [InlineData("    [Obsolete] [Monotonic] public", "    [Obsolete] public")]
    public Task A_needless_annotation_goes(string before, string after) =>
        MendsAsync(
            $"public class Orders\n{{\n{before} virtual int Load(IDbConnection db) => {A};\n}}\n",
            "MR1004",
            RemoveAnnotationFix.EquivalenceKey,
            $"public class Orders\n{{\n{after} virtual int Load(IDbConnection db) => {A};\n}}\n"
        );

    [Theory]
    [InlineData("[Monotonic /* why */]")]
    [InlineData("[/* why */ Monotonic]")]
    [InlineData("[Monotonic\n#if X\n#endif\n]")]
    public async Task One_with_a_comment_inside_stays(string annotation)
    {
        var project = Project(
            ("Orders.cs", Usings + $"public class Orders {{ {annotation} public virtual int Load(IDbConnection db) => {A}; }}\n")
        );
        Assert.NotEmpty(await FindingsAsync(project));
        Assert.Empty(await KeysAsync(project, "MR1004"));
    }

    [Theory]
    [InlineData(
        "# head\nMR1001 M:Gone\nMR1001 M:Orders.M(System.Data.IDbConnection)\nMR1003 M:Gone # was\n# end\n",
        "# head\nMR1001 M:Orders.M(System.Data.IDbConnection)\n# end\n"
    )]
    [InlineData("MR1001 M:Orders.M(System.Data.IDbConnection)\r\nMR1001 M:Zone", "MR1001 M:Orders.M(System.Data.IDbConnection)\r\n")]
    public async Task A_stale_line_of_the_baseline_goes(string before, string after)
    {
        var project = Project(("Orders.cs", Usings + $"public class Orders {{ static int M(IDbConnection db) => {A} + {B}; }}\n"));
        project = project.AddAdditionalDocument(BaselineFile.Name, before, filePath: "/src/Shop/" + BaselineFile.Name).Project;
        var found = await FindingsAsync(project);
        Assert.All(found, static d => Assert.Equal("MR3002", d.Id));
        var solution = await AllAsync(project, "MR3002", RemoveStaleEntryFix.EquivalenceKey, FixAllScope.Project);
        var mended = solution.GetProject(project.Id)!;
        Assert.Equal(after, (await mended.AdditionalDocuments.Single().GetTextAsync()).ToString());
        Assert.Empty(await FindingsAsync(mended));

        foreach (var finding in found)
        {
            var action = Assert.Single(await OffersAsync(project, finding));
            var one = (await ApplyAsync(action)).GetProject(project.Id)!;
            Assert.Equal(found.Length - 1, (await FindingsAsync(one)).Length);
        }
    }

    [Theory]
    [InlineData("_ = LoadAsync(db);", "await LoadAsync(db);")]
    [InlineData("LoadAsync(db);", "await LoadAsync(db);")]
    [InlineData("/* a */ _ = LoadAsync(db); // b", "/* a */ await LoadAsync(db); // b")]
    public Task A_dropped_task_is_awaited(string before, string after) =>
        MendsAsync(
            $"public class Orders\n{{\n    async Task Page(IDbConnection db)\n    {{\n        using var session = ReadSession.Begin(ReadConsistency.Monotonic);\n        {before}\n        await Task.Yield();\n    }}\n    Task LoadAsync(IDbConnection db) => db.QueryAsync(\"SELECT a FROM t\");\n}}\n",
            "MR2005",
            AwaitTaskFix.EquivalenceKey,
            $"public class Orders\n{{\n    async Task Page(IDbConnection db)\n    {{\n        using var session = ReadSession.Begin(ReadConsistency.Monotonic);\n        {after}\n        await Task.Yield();\n    }}\n    Task LoadAsync(IDbConnection db) => db.QueryAsync(\"SELECT a FROM t\");\n}}\n"
        );

    [Theory]
    [InlineData("void Page(IDbConnection db)", "_ = LoadAsync(db);")]
    [InlineData("Task Page(IDbConnection db)", "return LoadAsync(db);")]
    [InlineData("async Task Page(IDbConnection db)", "var started = LoadAsync(db); await Task.Yield();")]
    [InlineData("async Task Page(IDbConnection db)", "_ /* why */ = LoadAsync(db); await Task.Yield();")]
    public async Task A_task_that_cannot_be_awaited_as_it_stands_stays(string method, string statements)
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public class Orders {{ {method} {{ using var session = ReadSession.Begin(ReadConsistency.Monotonic); {statements} }} Task LoadAsync(IDbConnection db) => db.QueryAsync(\"SELECT a FROM t\"); }}\n"
            )
        );
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR2005");
        Assert.Empty(await KeysAsync(project, "MR2005"));
    }
}
