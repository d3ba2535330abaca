using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests;

/// <summary>Runs the read rules over a source text against the real Dapper, MySqlConnector, MySql.Data and MonotonicReads.</summary>
internal static class ReadRules
{
    /// <summary>What every test text sees: the usings, and a repository's fields.</summary>
    internal const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Data;
        using System.Data.Common;
        using System.Globalization;
        using System.Linq;
        using System.Text;
        using System.Threading;
        using System.Threading.Tasks;
        using System.Transactions;
        using Dapper;
        using MySqlConnector;
        using MonotonicReads;

        """;

    internal static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path =>
                Path.GetFileName(path) is var name
                && (
                    name.StartsWith("System.", StringComparison.Ordinal)
                    || name
                        is "netstandard.dll"
                            or "mscorlib.dll"
                            or "Dapper.dll"
                            or "MySqlConnector.dll"
                            or "MySql.Data.dll"
                            or "MonotonicReads.dll"
                            or "Microsoft.Win32.Primitives.dll"
                )
            )
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>
    /// <c>{|MR1001:name|}</c> marks where a rule must report; everywhere else nothing may. <paramref name="members"/> stands in a class
    /// <c>Orders</c> with a connection <c>db</c>, a command <c>cmd</c>, a data source <c>source</c> and a primary <c>replicated.Primary</c>.
    /// </summary>
    public static Task Members(string members, string? routing = null, string? nullable = "disable") =>
        Source(
            $$"""
            #nullable {{nullable}}
            {{Usings}}
            public partial class Orders(DbConnection db, MySqlCommand cmd, MySqlDataSource source, ReplicatedDataSource replicated)
            {
            {{members}}
            }
            """,
            routing
        );

    public static Task Source(string source, string? routing = null, params DiagnosticResult[] expected)
    {
        if (expected.Length == 0)
        {
            return new MarkedSource(source, References)
            {
                Kind = source.Contains("// top-level", StringComparison.Ordinal)
                    ? OutputKind.ConsoleApplication
                    : OutputKind.DynamicallyLinkedLibrary,
                Options = Routing(routing),
                Disabled = BesideThePoint,
            }.VerifyAsync(new ReadRulesAnalyzer());
        }

        var test = Test<ReadRulesAnalyzer>(source);
        test.ExpectedDiagnostics.AddRange(expected);
        test.DisabledDiagnostics.AddRange(BesideThePoint);
        return test.RunAsync();
    }

    /// <summary>The members of <see cref="Members"/> under options, AdditionalFiles, or rules that most tests do not want.</summary>
    /// <param name="members">As for <see cref="Members"/>.</param>
    /// <param name="options">Lines of <c>.editorconfig</c>.</param>
    /// <param name="files">AdditionalFiles by name.</param>
    /// <param name="expected">What is reported outside of the source.</param>
    /// <param name="more">Stands after the class.</param>
    public static Task Configured<TAnalyzer>(
        string members,
        string? options = null,
        (string Name, string Content)[]? files = null,
        DiagnosticResult[]? expected = null,
        string more = ""
    )
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        var source = $$"""
            {{Usings}}
            public partial class Orders(DbConnection db, ReplicatedDataSource replicated)
            {
            {{members}}
            }
            {{more}}
            """;
        if (expected is null)
        {
            return new MarkedSource(source, References)
            {
                Options = options,
                Files = files ?? [],
                Disabled = [MR1007SeriesCouldBePlanned.Id],
            }.VerifyAsync(new TAnalyzer());
        }

        var test = Test<TAnalyzer>(source);
        if (options is not null)
        {
            test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", $"root = true\n[*.cs]\n{options}\n"));
        }

        test.TestState.AdditionalFiles.AddRange((files ?? []).Select(file => (file.Name, SourceText.From(file.Content))));
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync();
    }

    /// <summary>A whole source text under any analyzer; what every test text sees is written before it.</summary>
    /// <param name="source">The text.</param>
    /// <param name="kind">Whether it is a program.</param>
    /// <param name="more">Further references.</param>
    public static Task Whole<TAnalyzer>(string source, OutputKind kind = OutputKind.DynamicallyLinkedLibrary, params Type[] more)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        return new MarkedSource(
            Usings + source,
            [
                .. References,
                .. more.Select(type => type.Assembly.Location).Distinct().Select(path => MetadataReference.CreateFromFile(path)),
            ]
        )
        {
            Kind = kind,
            Disabled = [MR1007SeriesCouldBePlanned.Id],
        }.VerifyAsync(new TAnalyzer());
    }

    /// <summary>A whole source text against other references than most tests have.</summary>
    public static Task Against(ImmutableArray<MetadataReference> references, string source, string? routing = null) =>
        new MarkedSource(source, references) { Options = Routing(routing), Disabled = BesideThePoint }.VerifyAsync(new ReadRulesAnalyzer());

    /// <summary>What a single read is annotated for, and a light bulb beside every series that is not planned: each has tests of its own.</summary>
    private static readonly string[] BesideThePoint = [MR1004NeedlessAnnotation.Id, MR1007SeriesCouldBePlanned.Id];

    private static string? Routing(string? routing) => routing is null ? null : "monotonic_reads.routing = " + routing;

    private static CSharpAnalyzerTest<TAnalyzer, DefaultVerifier> Test<TAnalyzer>(string source)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        var test = new WithBaseline<TAnalyzer> { TestCode = source, ReferenceAssemblies = new ReferenceAssemblies("net10.0") };
        test.TestState.AdditionalReferences.AddRange(References);

        // A light bulb beside every series that is not planned.
        test.DisabledDiagnostics.Add(MR1007SeriesCouldBePlanned.Id);
        return test;
    }

    /// <summary>What a baseline accepts is silenced beside the analyzer that finds it.</summary>
    private sealed class WithBaseline<TAnalyzer> : CSharpAnalyzerTest<TAnalyzer, DefaultVerifier>
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        protected override IEnumerable<DiagnosticAnalyzer> GetDiagnosticAnalyzers() => [new TAnalyzer(), new BaselineSuppressor()];

        // As a build tells them: without what is suppressed.
        protected override CompilationWithAnalyzers CreateCompilationWithAnalyzers(
            Compilation compilation,
            ImmutableArray<DiagnosticAnalyzer> analyzers,
            AnalyzerOptions options,
            CancellationToken cancellationToken
        ) => compilation.WithAnalyzers(analyzers, options);
    }
}
