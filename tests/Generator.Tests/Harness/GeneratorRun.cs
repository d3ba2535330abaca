using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>
/// One run of the generator, which is always two: the second, on a copy of the compilation and after an unrelated edit,
/// must find every step Cached or Unchanged and every output Cached. No test can forget to ask.
/// </summary>
internal sealed class GeneratorRun
{
    private const string UnrelatedFile = "internal static class Unrelated { }";
    private const string UnrelatedFileEdited = "internal static class Unrelated { public static int Answer => 42; }";

    private readonly ImmutableArray<Diagnostic> _generatorDiagnostics;

    private GeneratorRun(GeneratorDriver driver, CSharpCompilation input, Compilation output, ImmutableArray<Diagnostic> diagnostics)
    {
        Driver = driver;
        Input = input;
        Output = output;
        _generatorDiagnostics = diagnostics;
    }

    public GeneratorDriver Driver { get; }

    public CSharpCompilation Input { get; }

    public Compilation Output { get; }

    public GeneratorRunResult Result => Driver.GetRunResult().Results.Single();

    /// <summary>The generated texts by hint name.</summary>
    public IReadOnlyDictionary<string, string> Files =>
        Result.GeneratedSources.ToDictionary(static s => s.HintName, static s => s.SourceText.ToString());

    /// <summary>The only generated text.</summary>
    public string Text => Assert.Single(Files).Value;

    public static GeneratorRun Of(params string[] sources) => Of(Compilations.Of(sources));

    public static GeneratorRun Of(CSharpCompilation compilation, params AdditionalText[] files)
    {
        var parsing = compilation.SyntaxTrees.IsEmpty ? Compilations.ParseOptions : (CSharpParseOptions)compilation.SyntaxTrees[0].Options;
        var input = compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(UnrelatedFile, parsing, path: "Unrelated.cs"));
        var options = new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new ConsistentRepositoryGenerator().AsSourceGenerator()],
            additionalTexts: files,
            parseOptions: parsing,
            driverOptions: options
        );
        var run = new GeneratorRun(driver, input, input, []).Again(input);

        run.Again(input.Clone()).AssertNothingChanged("on a copy of the compilation");
        var tree = input.SyntaxTrees.Single(static t => t.FilePath == "Unrelated.cs");
        run.Again(input.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(UnrelatedFileEdited, parsing, path: "Unrelated.cs")))
            .AssertNothingChanged("after an unrelated edit");
        return run;
    }

    /// <summary>Runs the same driver on the same compilation, with another text in the place of one.</summary>
    public GeneratorRun Again(AdditionalText old, AdditionalText text) => Again(Driver.ReplaceAdditionalText(old, text), Input);

    /// <summary>Runs the same driver on another state of the compilation.</summary>
    public GeneratorRun Again(CSharpCompilation compilation) => Again(Driver, compilation);

    private static GeneratorRun Again(GeneratorDriver before, CSharpCompilation compilation)
    {
        var driver = before.RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        var run = new GeneratorRun(driver, compilation, output, diagnostics);
        Assert.Empty(run._generatorDiagnostics);
        Assert.Null(run.Result.Exception);
        return run;
    }

    /// <summary>The reasons for which a named step ran, one for each of its outputs.</summary>
    public IReadOnlyList<IncrementalStepRunReason> Reasons(string step) =>
        Result.TrackedSteps.TryGetValue(step, out var runs)
            ? runs.SelectMany(static r => r.Outputs).Select(static o => o.Reason).ToList()
            : [];

    public IReadOnlyList<IncrementalStepRunReason> OutputReasons =>
        Result.TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static r => r.Outputs).Select(static o => o.Reason).ToList();

    public void AssertNothingChanged(string when)
    {
        foreach (var step in TrackingNames.All)
        {
            Assert.All(
                Reasons(step),
                reason =>
                    Assert.True(
                        reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged,
                        $"Step {step} was {reason} {when}."
                    )
            );
        }

        Assert.All(OutputReasons, reason => Assert.True(reason == IncrementalStepRunReason.Cached, $"An output was {reason} {when}."));
    }

    /// <summary>What MR2001 says about the compilation with the generated files in it.</summary>
    public ImmutableArray<Diagnostic> MR2001()
    {
        var withAnalyzer = Output.WithAnalyzers(
            [new MR2001CannotBeWrapped()],
            new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: false, logAnalyzerExecutionTime: false)
        );
        var found = withAnalyzer.GetAnalyzerDiagnosticsAsync(CancellationToken.None).GetAwaiter().GetResult();
        Assert.DoesNotContain(found, static d => d.Id == "AD0001");
        return [.. found.OrderBy(static d => d.Location.SourceSpan.Start)];
    }

    /// <summary>
    /// The compiler has nothing to say about the whole, warnings included. Only the input may lack XML comments: the
    /// wrapper must not, or a project that requires them would break.
    /// </summary>
    public GeneratorRun AssertCompiles()
    {
        var found = Output
            .GetDiagnostics()
            .Where(d =>
                d.Severity >= DiagnosticSeverity.Warning && !(d.Id == "CS1591" && Input.SyntaxTrees.Contains(d.Location.SourceTree!))
            )
            .ToList();
        Assert.True(
            found.Count == 0,
            string.Join("\n", found) + "\n" + string.Join("\n", found.Select(static d => d.Location.SourceTree).Distinct().Take(2))
        );
        return this;
    }

    /// <summary>The whole compiles, and each annotated member is either wrapped or named by MR2001.</summary>
    /// <returns>What MR2001 says.</returns>
    public ImmutableArray<Diagnostic> AssertSound()
    {
        AssertCompiles();
        var reported = MR2001();
        Accounting.AssertEachMemberOnce(this, reported);
        return reported;
    }

    /// <summary>Sound, and nothing is left for MR2001 to say.</summary>
    public GeneratorRun AssertAllWrapped()
    {
        var reported = AssertSound();
        Assert.True(reported.IsEmpty, string.Join("\n", reported));
        return this;
    }
}
