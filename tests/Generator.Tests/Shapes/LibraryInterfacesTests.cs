using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Tests.Harness;
using Xunit.Abstractions;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>
/// The shapes that other people's interfaces have: every public interface of the framework's reference assemblies and of
/// well-known packages, implemented by a class with annotated members. What is emitted compiles without a warning, each member
/// is wrapped or named by MR2001, and a call of the wrapper reaches the same member with the same arguments, in a session.
/// </summary>
public class LibraryInterfacesTests(ITestOutputHelper output)
{
    private const double LargestShareDeclined = 0.03;

    private static readonly string[] Packages =
    [
        "Autofac",
        "Dapper",
        "FluentValidation",
        "Grpc.Core.Api",
        "Microsoft.EntityFrameworkCore",
        "Microsoft.Extensions",
        "MySqlConnector",
        "Newtonsoft.Json",
        "NodaTime",
        "Npgsql",
        "OpenTelemetry",
        "Polly",
        "Pomelo",
        "Quartz",
        "RabbitMQ",
        "Serilog",
        "StackExchange",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Everything_emitted_for_the_interfaces_of_the_framework_compiles(bool isExplicit)
    {
        var probe = Compilations.Of("Shop", Compilations.FrameworkReferenceAssemblies.Append(AnnotationApi.Reference));
        var framework = probe.SourceModule.ReferencedAssemblySymbols.Where(static a =>
            a.Name != typeof(ReadSession).Assembly.GetName().Name
        );
        Check("the framework", probe, framework, isExplicit, atLeast: 200);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Everything_emitted_for_the_interfaces_of_well_known_packages_compiles(bool isExplicit)
    {
        // Packages are built against older assemblies of the framework; every real build is silent about that.
        var probe = Compilations.Of("Shop", Compilations.LibraryReferences);
        probe = probe.WithOptions(
            probe.Options.WithSpecificDiagnosticOptions([
                new("CS1701", ReportDiagnostic.Suppress),
                new("CS1702", ReportDiagnostic.Suppress),
            ])
        );
        var assemblies = probe
            .SourceModule.ReferencedAssemblySymbols.Where(static a =>
                Packages.Any(p => a.Name == p || a.Name.StartsWith(p + ".", StringComparison.Ordinal))
            )
            .ToList();
        Assert.All(Packages, p => Assert.Contains(assemblies, a => a.Name.StartsWith(p, StringComparison.Ordinal)));
        Check($"{Packages.Length} packages", probe, assemblies, isExplicit, atLeast: 500);
    }

    private void Check(string what, CSharpCompilation probe, IEnumerable<IAssemblySymbol> assemblies, bool isExplicit, int atLeast)
    {
        var contracts = assemblies
            .SelectMany(static a => PublicInterfaces(a.GlobalNamespace))
            .OrderBy(static i => i.ToDisplayString(), StringComparer.Ordinal)
            .ToList();
        var withStatics = contracts.Where(HasStaticAbstract).ToList();
        var fixtures = contracts
            .Except(withStatics, SymbolEqualityComparer.Default)
            .Cast<INamedTypeSymbol>()
            .Select(
                (c, i) =>
                    (
                        Contract: c,
                        Tree: CSharpSyntaxTree.ParseText(
                            InterfaceFixture.Write(c, $"Shape{i}", isExplicit),
                            Compilations.ParseOptions,
                            path: $"Shape{i}.cs"
                        )
                    )
            )
            .ToList();

        var all = probe.AddSyntaxTrees(
            fixtures
                .Select(static f => f.Tree)
                .Append(CSharpSyntaxTree.ParseText(InterfaceFixture.Ran, Compilations.ParseOptions, path: "Ran.cs"))
        );
        var broken = all.GetDiagnostics()
            .Where(static d => d.Severity == DiagnosticSeverity.Error)
            .GroupBy(static d => d.Location.SourceTree!)
            .ToDictionary(static g => g.Key, static g => g.First());
        var usable = fixtures.Where(f => !broken.ContainsKey(f.Tree)).ToList();

        var run = GeneratorRun.Of(all.RemoveSyntaxTrees(broken.Keys));
        var reported = run.AssertSound();
        var members = Accounting.Members(run, reported);

        // A marker, or nothing but events and members with a body of their own: no annotation stands there.
        var annotated = members.Select(static m => m.Method.DeclaringSyntaxReferences[0].SyntaxTree).ToHashSet();
        var markers = usable.Where(f => !annotated.Contains(f.Tree)).ToList();
        var wrapped = usable.Where(f => run.Files.ContainsKey($"Shapes.{TypeName(run, f.Tree)}.g.cs")).ToList();
        var declined = usable.Except(markers).Except(wrapped).ToList();

        using var shop = LoadedShop.Of(run);
        var calls = new InterfaceCalls(shop.Assembly);
        var named = reported.Select(static d => d.Location.SourceTree).ToHashSet();
        foreach (var fixture in wrapped)
        {
            calls.Compare(TypeName(run, fixture.Tree), areAllCovered: !named.Contains(fixture.Tree));
        }

        // tests/run.sh shows what begins with "figure: ".
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"figure: shape fuzz, {what}, {(isExplicit ? "explicit" : "public")} members: {contracts.Count} interfaces in total, {withStatics.Count} with static abstract members, {broken.Count} that no such class can implement, {markers.Count} without a member to annotate, {wrapped.Count + declined.Count} tried: {wrapped.Count} wrapped, {declined.Count} declined by MR2001 ({100.0 * declined.Count / (wrapped.Count + declined.Count):F1} %); "
                    + $"{members.Count(static m => m.IsWrapped)} members wrapped, {members.Count(static m => m.IsReported)} named by MR2001; {calls.Members} members of {calls.Interfaces} interfaces called on class and wrapper alike, {calls.Skipped} not to be called by reflection"
            )
        );
        foreach (
            var reason in reported
                .GroupBy(static d => d.GetMessage(CultureInfo.InvariantCulture).Split(": ", 2)[1].Split(';')[0])
                .OrderByDescending(static g => g.Count())
        )
        {
            output.WriteLine($"{reason.Count(), 4} {reason.Key}");
        }

        foreach (var fixture in declined)
        {
            output.WriteLine($"declined: {fixture.Contract.ToDisplayString()}");
        }

        foreach (var fixture in fixtures.Where(f => broken.ContainsKey(f.Tree)))
        {
            output.WriteLine(
                $"not implementable: {fixture.Contract.ToDisplayString()}: {broken[fixture.Tree].GetMessage(CultureInfo.InvariantCulture)}"
            );
        }

        Assert.True(usable.Count > atLeast, $"Only {usable.Count} interfaces were tried.");
        Assert.True(members.Count(static m => m.IsWrapped) > 1000, "Hardly a member was wrapped.");
        Assert.Equal(wrapped.Count, run.Files.Count);
        Assert.True(
            declined.Count <= LargestShareDeclined * (wrapped.Count + declined.Count),
            string.Join(", ", declined.Select(static f => f.Contract.ToDisplayString()))
        );
        Assert.Empty(calls.Differences);
        Assert.True(calls.Members > 4 * calls.Skipped, "Hardly a member was called.");
    }

    private static string TypeName(GeneratorRun run, SyntaxTree tree) =>
        run
            .Output.GetSemanticModel(tree)
            .GetDeclaredSymbol(
                tree.GetRoot().DescendantNodes().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.ClassDeclarationSyntax>().Single()
            )!
            .MetadataName;

    private static bool HasStaticAbstract(INamedTypeSymbol contract) =>
        contract.AllInterfaces.Append(contract).Any(static i => i.GetMembers().Any(static m => m.IsStatic && m.IsAbstract));

    private static IEnumerable<INamedTypeSymbol> PublicInterfaces(INamespaceOrTypeSymbol container)
    {
        foreach (var member in container.GetMembers())
        {
            if (member is INamespaceSymbol nested)
            {
                foreach (var found in PublicInterfaces(nested))
                {
                    yield return found;
                }
            }
            else if (member is INamedTypeSymbol { TypeKind: TypeKind.Interface, DeclaredAccessibility: Accessibility.Public } type)
            {
                yield return type;
            }
        }
    }
}
