using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests;

/// <summary>Runs the read rules over a source text against the real Dapper, MySqlConnector, MySql.Data and MonotonicReads.</summary>
internal static class ReadRules
{
    /// <summary>What every test text sees: the usings, and a repository's fields.</summary>
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Data;
        using System.Data.Common;
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
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll" or "Dapper.dll" or "MySqlConnector.dll" or "MySql.Data.dll" or "MonotonicReads.dll" or "Microsoft.Win32.Primitives.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>
    /// <c>{|MR1001:name|}</c> marks where a rule must report; everywhere else nothing may. <paramref name="members"/> stands in a class
    /// <c>Orders</c> with a connection <c>db</c>, a command <c>cmd</c>, a data source <c>source</c> and a primary <c>replicated.Primary</c>.
    /// </summary>
    public static Task Members(string members, string? routing = null, string? nullable = "disable") =>
        Source($$"""
            #nullable {{nullable}}
            {{Usings}}
            public partial class Orders(DbConnection db, MySqlCommand cmd, MySqlDataSource source, ReplicatedDataSource replicated)
            {
            {{members}}
            }
            """, routing);

    public static Task Source(string source, string? routing = null, params DiagnosticResult[] expected)
    {
        var test = new CSharpAnalyzerTest<ReadRulesAnalyzer, DefaultVerifier>
        {
            TestCode = source,
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
        };
        test.TestState.AdditionalReferences.AddRange(References);
        test.ExpectedDiagnostics.AddRange(expected);
        if (source.Contains("// top-level", StringComparison.Ordinal))
        {
            test.TestState.OutputKind = OutputKind.ConsoleApplication;
        }

        if (routing is not null)
        {
            test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", $"root = true\n[*.cs]\nmonotonic_reads.routing = {routing}\n"));
        }

        return test.RunAsync();
    }
}
