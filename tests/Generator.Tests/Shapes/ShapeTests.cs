using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Tests.Harness;
using Xunit.Abstractions;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>
/// Every shape that a repository can have, in every C# that the host compiler knows from the shape's first on: the wrapper
/// compiles without a warning, and loaded and run it answers call by call as the class does, with every read of an annotated
/// member in a session. The same list is the table of docs/wrapping.md: with MONOTONIC_READS_WRITE_DOCS=1 in the environment
/// these tests write it.
/// </summary>
public class ShapeTests(ITestOutputHelper output)
{
    private const string Begin = "<!-- shapes: written by ShapeTests -->";
    private const string End = "<!-- end of shapes -->";

    private static readonly IReadOnlyList<Shape> All =
    [
        .. TypeShapes.All.Select(static s => s with { Section = "Types" }),
        .. MemberShapes.All.Select(static s => s with { Section = "Members" }),
        .. ParameterShapes.All.Select(static s => s with { Section = "Parameters" }),
        .. ResultShapes.All.Select(static s => s with { Section = "Results" }),
        .. DeclinedShapes.All.Select(static s => s with { Section = "Declined with MR2001" }),
    ];

    private static readonly LanguageVersion Newest = LanguageVersion.Latest.MapSpecifiedToEffectiveVersion();

    /// <summary>C# 9 is the oldest that wrappers are written in.</summary>
    private static readonly IReadOnlyList<LanguageVersion> Languages =
    [
        .. Enum.GetValues<LanguageVersion>().Where(static v => v >= LanguageVersion.CSharp9 && v <= Newest).Order(),
    ];

    public static TheoryData<string> Wrapped =>
        [.. All.Where(static s => s.Declined is null && s.Since <= Newest).Select(static s => s.Name)];

    public static TheoryData<string> Declined =>
        [.. All.Where(static s => s.Declined is not null && s.Since <= Newest).Select(static s => s.Name)];

    [Theory]
    [MemberData(nameof(Wrapped))]
    public async Task It_compiles_in_every_language_and_behaves_as_the_class_does(string name)
    {
        var shape = All.Single(s => s.Name == name);
        var languages = Languages.Where(l => l >= shape.Since).ToList();
        var summary = "";
        foreach (var language in languages)
        {
            var run = GeneratorRun.Of(Compilation(shape, language)).AssertAllWrapped();
            using var shop = LoadedShop.Of(run, shape.Library is { } library ? Library(library).ToImage() : null);
            await (Task)shop.Assembly.GetType("Shop.Script", throwOnError: true)!.GetMethod("Run")!.Invoke(null, null)!;
            var db = shop.Assembly.GetType("Comparison.Db", throwOnError: true)!;
            Assert.NotEqual(0, db.GetProperty("Calls")!.GetValue(null));
            Assert.NotEqual(0, db.GetProperty("Reads")!.GetValue(null));
            summary = (string)db.GetProperty("Summary")!.GetValue(null)!;
        }

        AssertCompilesInProjectWithoutNullable(shape);
        output.WriteLine(
            $"| {shape.Name} | yes: C# {string.Join(", ", languages.Select(static l => l.ToDisplayString()))} | yes: {summary} |"
        );
    }

    [Theory]
    [MemberData(nameof(Wrapped))]
    public async Task It_does_so_where_its_calls_can_be_run_again(string name)
    {
        var shape = All.Single(s => s.Name == name);
        var restarting = shape with
        {
            Body = shape
                .Body.Replace("[Monotonic]", "[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)]", StringComparison.Ordinal)
                .Replace("[Causal]", "[Causal(OnReplicaLoss = ReplicaLoss.Restart)]", StringComparison.Ordinal),
        };
        foreach (var language in Languages.Where(l => l == shape.Since || l == Newest))
        {
            var run = GeneratorRun.Of(Compilation(restarting, language)).AssertAllWrapped();
            using var shop = LoadedShop.Of(run, shape.Library is { } library ? Library(library).ToImage() : null);
            await (Task)shop.Assembly.GetType("Shop.Script", throwOnError: true)!.GetMethod("Run")!.Invoke(null, null)!;
        }

        AssertCompilesInProjectWithoutNullable(restarting);
    }

    [Theory]
    [MemberData(nameof(Declined))]
    public void It_is_declined_by_MR2001_and_the_project_compiles(string name)
    {
        var shape = All.Single(s => s.Name == name);
        var languages = Languages.Where(l => l >= shape.Since && (shape.Until is not { } end || l < end)).ToList();
        foreach (var language in languages)
        {
            var run = GeneratorRun.Of(Compilation(shape, language));
            var reported = run.AssertSound();
            Assert.Contains(reported, d => d.GetMessage(CultureInfo.InvariantCulture).Contains(shape.Declined!, StringComparison.Ordinal));
            Assert.All(run.Files.Values, static text => Assert.DoesNotContain("ReadSession.Begin(", text, StringComparison.Ordinal));
        }

        if (shape.Until is { } until && until <= Newest)
        {
            Assert.NotEmpty(GeneratorRun.Of(Compilation(shape, until)).AssertAllWrapped().Files);
        }

        output.WriteLine(
            $"| {shape.Name} | yes: C# {string.Join(", ", languages.Select(static l => l.ToDisplayString()))} | declined by MR2001 |"
        );
    }

    [Fact]
    public void The_languages_begin_with_9_and_end_with_the_hosts_newest() =>
        Assert.True(
            Languages is [LanguageVersion.CSharp9, ..] && Languages[^1] == Newest && Newest >= LanguageVersion.CSharp12,
            string.Join(", ", Languages)
        );

    [Fact]
    public async Task The_comparison_sees_a_member_without_a_session()
    {
        var shape = new Shape(
            "bad",
            "",
            LanguageVersion.CSharp12,
            """
            public interface IRepo { int Get(); }
            public class Repo : IRepo { [Eventual("a test")] public int Get() { Db.Read("Get"); return 1; } }
            public class Wrapper(Repo inner) : IRepo { public int Get() => inner.Get(); }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new Wrapper(new Repo()), r => Db.Say(r.Get())); }
            """
        );
        Assert.Contains("no session behind the wrapper", await Failure(shape), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int Get(int a = 1) { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return inner.Get(a + 1); }", "differs")]
    [InlineData(
        "int Get(int a = 1) { var s = ReadSession.Begin(ReadConsistency.Monotonic); try { return inner.Get(a); } finally { if (a == 2) s.Dispose(); } }",
        "the caller has a session"
    )]
    [InlineData(
        "int Get(int a = 1) { using (ReadSession.Begin(ReadConsistency.Monotonic, \"k\")) return inner.Get(a); }",
        "session of an earlier call"
    )]
    public async Task The_comparison_sees_a_wrapper_that_differs(string member, string how)
    {
        var shape = new Shape(
            "bad",
            "",
            LanguageVersion.CSharp12,
            $$"""
            public interface IRepo { int Get(int a = 1); }
            public class Repo : IRepo { [Eventual("a test")] public int Get(int a = 1) { Db.Read("Get " + a); return a; } }
            public class Wrapper(Repo inner) : IRepo { public {{member}} }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new Wrapper(new Repo()), r => { Db.Say(r.Get()); Db.Say(r.Get(3)); }); }
            """
        );
        Assert.Contains(how, await Failure(shape), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_the_page_is_this_list()
    {
        var path = Page();
        var table =
            Begin
            + "\n"
            + string.Join(
                "\n",
                All.GroupBy(static s => s.Section)
                    .Select(static section =>
                        $"### {section.Key}\n\n| Shape | Since | {(section.First().Declined is null ? "How" : "What to do")} |\n|---|---|---|\n"
                        + string.Concat(
                            section.Select(static s =>
                                $"| {s.Name.Replace("<", "\\<", StringComparison.Ordinal)} | {(s.Since == LanguageVersion.CSharp9 ? "" : "C# " + Version(s.Since))} | {s.How.Replace("<", "\\<", StringComparison.Ordinal)} |\n"
                            )
                        )
                    )
            )
            + End;
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            var page = File.ReadAllText(path);
            var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal) + End.Length);
            File.WriteAllText(path, page[..from] + table + page[to..]);
        }

        Assert.Contains(table, File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(All.Count, All.Select(static s => s.Name).Distinct().Count());
    }

    private static CSharpCompilation Compilation(Shape shape, LanguageVersion language)
    {
        var references = (shape.NeedsPackages ? Compilations.LibraryReferences : Compilations.AllReferences).ToList();
        if (shape.Library is { } library)
        {
            references.Add(Library(library).ToReference());
        }

        var compilation = Compilations.Of("Shop", references, language, shape.Source, ShapeComparison.Source);

        // Packages are built against older assemblies of the framework; every real build is silent about that.
        return compilation.WithOptions(
            compilation.Options.WithSpecificDiagnosticOptions([
                new("CS1701", ReportDiagnostic.Suppress),
                new("CS1702", ReportDiagnostic.Suppress),
            ])
        );
    }

    private static CSharpCompilation Library(string source) => Compilations.Of("Contracts", Compilations.AllReferences, source);

    /// <summary>The wrapper enables nullable for itself; what the project has must not matter to it.</summary>
    private static void AssertCompilesInProjectWithoutNullable(Shape shape)
    {
        var compilation = Compilation(shape, Newest);
        var run = GeneratorRun.Of(compilation.WithOptions(compilation.Options.WithNullableContextOptions(NullableContextOptions.Disable)));
        var found = run
            .Output.GetDiagnostics()
            .Where(d => d.Severity >= DiagnosticSeverity.Warning && !run.Input.SyntaxTrees.Contains(d.Location.SourceTree!))
            .ToList();
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    private static async Task<string> Failure(Shape shape)
    {
        using var shop = LoadedShop.Of(GeneratorRun.Of(Compilation(shape, Newest)));
        return (
            await Assert.ThrowsAsync<Exception>(() =>
                (Task)shop.Assembly.GetType("Shop.Script", throwOnError: true)!.GetMethod("Run")!.Invoke(null, null)!
            )
        ).Message;
    }

    private static string Version(LanguageVersion version) => ((int)version / 100).ToString(CultureInfo.InvariantCulture);

    private static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/wrapping.md"));
}
