using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.Cli.Reports.Building;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Cli.Watched;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Cli.Tests.Watched;

/// <summary><see cref="Shapes"/>, compiled and loaded, to be run under a real detector and to be reported on.</summary>
internal sealed class ShapesProgram : IDisposable
{
    private const string Name = "Shapes";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("monotonicreads-shapes-");

    private readonly AssemblyLoadContext _loaded = new(Name, isCollectible: true);
    private readonly SqliteConnection _keptOpen;
    private readonly string _database = $"Data Source=file:shapes-{Guid.NewGuid():N}?mode=memory&cache=shared";
    private readonly Assembly _assembly;

    public ShapesProgram(OptimizationLevel level, bool hasSymbols)
    {
        var compilation = CompilationOf(level);
        using (var image = File.Create(Path.Combine(_folder.FullName, Name + ".dll")))
        using (var symbols = File.Create(Path.Combine(_folder.FullName, Name + ".pdb")))
        {
            var emitted = compilation.Emit(
                image,
                symbols,
                options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb, pdbFilePath: Name + ".pdb")
            );
            Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error)));
        }

        if (!hasSymbols)
        {
            File.Delete(Path.Combine(_folder.FullName, Name + ".pdb"));
        }

        _keptOpen = new SqliteConnection(_database);
        _keptOpen.Open();
        using var command = _keptOpen.CreateCommand();
        command.CommandText = "CREATE TABLE item (id INTEGER); INSERT INTO item VALUES (1)";
        command.ExecuteNonQuery();
        _assembly = _loaded.LoadFromAssemblyPath(Path.Combine(_folder.FullName, Name + ".dll"));
        _assembly.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
    }

    /// <summary>What the rules say, without what ran.</summary>
    public static Report Static { get; } = ReportOf(CompilationOf(OptimizationLevel.Debug));

    /// <summary>Runs what <c>Runs</c> has under a name, and joins that with the report.</summary>
    public async Task<Report> RunAsync(string run) =>
        Joined(
            await WatchedAsync(async () =>
            {
                if (_assembly.GetType("Shop.Runs")!.GetMethod(run)!.Invoke(null, null) is Task task)
                {
                    await task;
                }
            })
        );

    /// <summary>Joins what the detector wrote with the report.</summary>
    public static Report Joined(string file) => RuntimeJoiner.Join(Static, RuntimeLog.Read([file], static f => f));

    /// <summary>Runs a handler.</summary>
    /// <returns>The file that the detector wrote.</returns>
    public Task<string> RequestAsync(string route) =>
        WatchedAsync(async () =>
        {
            var app = (WebApplication)_assembly.GetType("Web")!.GetField("App")!.GetValue(null)!;
            var endpoint = ((IEndpointRouteBuilder)app)
                .DataSources.SelectMany(static source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .Single(endpoint => endpoint.RoutePattern.RawText == route);
            await using var scope = app.Services.CreateAsyncScope();
            await endpoint.RequestDelegate!(new DefaultHttpContext { RequestServices = scope.ServiceProvider });
        });

    public void Dispose()
    {
        _keptOpen.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<string> WatchedAsync(Func<Task> run)
    {
        var file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N") + ".jsonl");
        var source = SqliteFactory.Instance.CreateDataSource(_database);
        await using (
            var shop = new ReplicatedDataSourceBuilder()
                .UsePrimary(source)
                .AddReplica("r1", source)
                .AddReplica("r2", source)
                .UseSeriesDetector(new SeriesDetectorOptions { ReportFile = file, UserAssemblies = { Name } })
                .Build()
        )
        {
            _assembly.GetType("Db")!.GetField("Shop")!.SetValue(null, shop);
            using var unit = SeriesUnit.Begin();
            // On a stack of its own.
            await Task.Run(run);
        }

        return file;
    }

    private static CSharpCompilation CompilationOf(OptimizationLevel level) =>
        CSharpCompilation.Create(
            Name,
            [
                CSharpSyntaxTree.ParseText(
                    SourceText.From(Shapes.Source, Encoding.UTF8),
                    CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest),
                    "/shop/src/" + Shapes.File
                ),
                // Optimized by the compiler alone: what the runtime inlines is on no stack.
                CSharpSyntaxTree.ParseText(
                    SourceText.From(
                        // The runtime heeds the one only with the other.
                        "using static System.Diagnostics.DebuggableAttribute.DebuggingModes;\n"
                            + "[assembly: System.Diagnostics.Debuggable(Default | DisableOptimizations)]",
                        Encoding.UTF8
                    ),
                    CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest),
                    "/shop/src/AssemblyInfo.cs"
                ),
            ],
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                .Split(Path.PathSeparator)
                .Select(static p => MetadataReference.CreateFromFile(p)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: level, allowUnsafe: true)
        );

    private static Report ReportOf(CSharpCompilation compilation)
    {
        var survey = CompilationSurvey.Of(compilation, new AnalyzerOptions([]), CancellationToken.None);
        Assert.Empty(survey.Failures);
        return new ReportBuilder(
            [new SurveyedProject(Name, "/shop/src/Shapes.csproj", compilation, survey)],
            "/shop",
            CancellationToken.None
        ).Build("Shapes", null, []);
    }
}
