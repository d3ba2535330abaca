using System.Collections.Immutable;
using System.Data;
using System.Data.Common;
using System.Reflection;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Analyzer.Tests.Fixes;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Merging;

/// <summary>
/// A class as it is written and as the fix leaves it, both compiled and run on a real database: what they return or throw must be the
/// same, and the fixed one must send fewer texts.
/// </summary>
internal static class SideBySide
{
    /// <summary>The tables that the texts name; a server's own words for their types.</summary>
    public static string Schema(string number) =>
        $"""
            CREATE TABLE orders (id {number}, customer TEXT);
            CREATE TABLE items (id {number}, order_id {number}, product TEXT);
            INSERT INTO orders VALUES (1, 'ann'), (2, 'bob'), (3, 'ann; -- x');
            INSERT INTO items VALUES (10, 1, 'shoes'), (11, 1, 'hat'), (12, 2, 'coat');
            """;

    /// <summary>The class around a shape's members, among which is <c>Load(int id, string name)</c>, asynchronous or not.</summary>
    public static string Source(string members) =>
        $$"""
            #nullable enable
            using System;
            using System.Collections.Generic;
            using System.Data;
            using System.Data.Common;
            using System.Linq;
            using System.Threading.Tasks;
            using Dapper;

            public sealed record Order(long Id, string Customer);

            public sealed class Line
            {
                public long Id { get; set; }
                public string? Product { get; set; }
            }

            public sealed record Asked(int Id, string Name);

            public class Page(DbConnection db)
            {
            {{members}}
            }
            """;

    /// <summary>Merges everything and runs both.</summary>
    /// <param name="members">What stands in the class.</param>
    /// <param name="before">How many texts the original sends for an order that is there.</param>
    /// <param name="after">How many the fixed one sends.</param>
    /// <param name="on">Where it runs; null for SQLite.</param>
    /// <returns>The fixed class.</returns>
    public static async Task<string> HoldsAsync(string members, int before, int after, Surroundings? on = null)
    {
        on ??= Surroundings.Default;
        var project = ProjectOf(members, on);
        await Workbench.CompilesAsync(project);
        var merged = (await MergedAsync(project)).GetProject(project.Id)!;
        await Workbench.CompilesAsync(merged);
        Assert.Empty(await FoundAsync(merged));
        foreach (var (id, name) in new[] { (1, "shoes"), (3, "none"), (99, "shoes") })
        {
            var original = await RunAsync(project, id, name, on);
            var mended = await RunAsync(merged, id, name, on);
            Assert.Equal(original.Answer, mended.Answer);
            if (id == 1)
            {
                // On the wire as many commands less as texts, unless a reader throws: its end cancels what runs, over a second connection.
                if (on.Commands is not null && original.Answer.StartsWith('{'))
                {
                    Assert.Equal(before - after, original.Commands - mended.Commands);
                }

                Assert.True(
                    (before, after) == (original.Sent.Count, mended.Sent.Count),
                    $"{original.Sent.Count} texts, then {mended.Sent.Count}: {members}"
                );
            }
        }

        return await Workbench.TextAsync(merged);
    }

    /// <summary>Whether anything is found or offered in a class.</summary>
    public static async Task<bool> IsQuietAsync(string members, Surroundings? on = null)
    {
        var project = ProjectOf(members, on ?? Surroundings.Default);
        await Workbench.CompilesAsync(project);
        return (await FoundAsync(project)).IsEmpty;
    }

    /// <summary>The solution with every series merged.</summary>
    public static async Task<Solution> MergedAsync(Project project)
    {
        var found = await FoundAsync(project);
        var fix = new MergeReadsFix();
        var document = project.Documents.Single();
        var context = new FixAllContext(
            document,
            fix,
            FixAllScope.Project,
            nameof(MergeReadsFix),
            [MR1010ReadsInOneRoundTrip.Id],
            new Given(found),
            default
        );
        return await fix.GetFixAllProvider()!.GetFixAsync(context) is { } action ? await Workbench.ApplyAsync(action) : project.Solution;
    }

    public static async Task<ImmutableArray<Diagnostic>> FoundAsync(Project project)
    {
        var found = await (await project.GetCompilationAsync())!
            .WithAnalyzers([new MR1010ReadsInOneRoundTrip()])
            .GetAnalyzerDiagnosticsAsync();
        Assert.All(found, static d => Assert.Equal(("MR1010", DiagnosticSeverity.Hidden), (d.Id, d.Severity)));
        return found;
    }

    /// <summary>A project with the class alone.</summary>
    public static Project ProjectOf(string members, Surroundings on) =>
        Workbench.Project(
            new AdhocWorkspace(),
            "Shop",
            OutputKind.DynamicallyLinkedLibrary,
            on.Dapper is { } version ? Packages.With(("Dapper", version)) : ReadRules.References,
            ("Page.cs", Source(members))
        );

    /// <summary>What a class answers and sends.</summary>
    public static async Task<(string Answer, IReadOnlyList<string> Sent, long Commands)> RunAsync(
        Project project,
        int id,
        string name,
        Surroundings on
    )
    {
        using var stream = new MemoryStream();
        var emitted = (await project.GetCompilationAsync())!.Emit(stream);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics));
        await using var connection = new NotedConnection(await on.OpenAsync());
        stream.Position = 0;
        var before = on.Commands?.Invoke() ?? 0;
        using var loaded = on.Load(stream);
        var answer = await AnswerAsync(loaded.Assembly.GetType("Page")!, connection, id, name);
        var (sent, commands) = (connection.Sent.ToList(), (on.Commands?.Invoke() ?? 0) - before);
        await IsUsableAsync(connection);
        return (answer, sent, commands);
    }

    /// <summary>Whatever came of it, the connection can be used again.</summary>
    private static async Task IsUsableAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
    }

    private static async Task<string> AnswerAsync(Type page, DbConnection connection, int id, string name)
    {
        try
        {
            var result = page.GetMethod("Load")!.Invoke(Activator.CreateInstance(page, connection), [id, name]);
            if (result is Task task)
            {
                await task;
                result = task.GetType().GetProperty("Result")!.GetValue(task);
            }

            return JsonSerializer.Serialize(result);
        }
        catch (TargetInvocationException thrown)
        {
            return Told(thrown.InnerException!);
        }
        catch (Exception thrown) when (thrown is InvalidOperationException or DbException or InvalidCastException or DataException)
        {
            return Told(thrown);
        }

        static string Told(Exception thrown) => thrown.GetType() + ": " + thrown.Message;
    }

    private sealed class Given(ImmutableArray<Diagnostic> found) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
