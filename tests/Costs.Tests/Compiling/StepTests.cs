using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Costs.Tests.Ledger;
using MonotonicReads.Generator;

namespace MonotonicReads.Costs.Tests.Compiling;

/// <summary>What the generator does again after typical edits of a project of twelve annotated repositories and a file beside them.</summary>
public sealed class StepTests
{
    private const string Beside = "namespace Shop; internal static class Beside { public static int Answer => 1; }";

    private static readonly (string What, int File, Func<string, string> Edit)[] Edits =
    [
        ("a body in a file beside", FixedSources.Files, static text => text.Replace("=> 1", "=> 2", StringComparison.Ordinal)),
        ("a declaration in a file beside", FixedSources.Files, static text => text.Replace("Answer", "Other", StringComparison.Ordinal)),
        ("a body in a repository", 0, static text => text.Replace("Count => 1", "Count => 2", StringComparison.Ordinal)),
        ("a line above a repository", 0, static text => "// a line more\n" + text),
        ("a signature of a repository", 0, static text => text.Replace("int id", "long id", StringComparison.Ordinal)),
        ("an annotation", 0, static text => text.Replace("[Monotonic]", "[Causal]", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Each_edit_makes_again_what_costs_txt_says()
    {
        var sources = FixedSources.Compilation(FixedSources.Annotated, withLibraries: true);
        var project = sources
            .WithOptions(sources.Options.WithNullableContextOptions(NullableContextOptions.Enable))
            .AddSyntaxTrees(FixedSources.Tree(Beside, FixedSources.Files));
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new ConsistentRepositoryGenerator().AsSourceGenerator()],
            parseOptions: FixedSources.Parsing,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true)
        );
        driver = driver.RunGenerators(project);
        Assert.Equal(FixedSources.Files, driver.GetRunResult().GeneratedTrees.Length);

        var costs = new List<Cost>();
        foreach (var (what, file, edit) in Edits)
        {
            var tree = project.SyntaxTrees[file];
            var text = tree.ToString();
            Assert.NotEqual(text, edit(text));
            var edited = project.ReplaceSyntaxTree(tree, FixedSources.Tree(edit(text), file));
            var result = driver.RunGenerators(edited).GetRunResult().Results.Single();
            Assert.Null(result.Exception);
            costs.AddRange(
                TrackingNames.All.Where(result.TrackedSteps.ContainsKey).Select(step => Of(what, step, result.TrackedSteps[step]))
            );
            costs.Add(Of(what, "files", result.TrackedOutputSteps.SelectMany(static step => step.Value)));
        }

        CostFile.Check(CostFile.Steps, costs);
    }

    // What is unchanged was made, and then found to be the same.
    private static Cost Of(string edit, string step, IEnumerable<IncrementalGeneratorRunStep> runs) =>
        new(
            $"{edit}: {step}",
            runs.SelectMany(static run => run.Outputs).Count(static output => output.Reason != IncrementalStepRunReason.Cached)
        );
}
