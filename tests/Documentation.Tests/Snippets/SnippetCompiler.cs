using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator;

namespace MonotonicReads.Documentation.Tests.Snippets;

/// <summary>
/// Compiles the blocks of one page as its reader would, one after the other: with the <c>using</c>s that the page has shown up to there,
/// those that the SDK adds to a web project, and the types of the blocks before. The generator runs, and so do the rules.
/// </summary>
internal sealed class SnippetCompiler
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.CSharp12);

    // The framework's assemblies, and what lies beside the tests: the packages, as an application has them.
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Concat(Directory.GetFiles(AppContext.BaseDirectory, "*.dll"))
            .Where(static f => !Path.GetFileName(f).StartsWith("MonotonicReads.Generator", StringComparison.Ordinal))
            .DistinctBy(Path.GetFileName)
            .Select(static f => MetadataReference.CreateFromFile(f)),
    ];

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers =
    [
        .. typeof(ConsistentRepositoryGenerator)
            .Assembly.GetTypes()
            .Where(static t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(DiagnosticAnalyzer)))
            .Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!),
    ];

    private readonly List<UsingDirectiveSyntax> _usings = [];
    private readonly List<MemberDeclarationSyntax> _types = [];

    /// <summary>What the compiler and the rules say of the next block of the page: errors and warnings, those of the rules by their ids
    /// alone.</summary>
    public async Task<(IReadOnlyList<string> Errors, IReadOnlyList<string> Rules)> AddAsync(Snippet snippet)
    {
        Remember(Unit(snippet.Hidden), shown: false);
        var own = Unit(Wrapped(snippet));
        var (earlier, usings) = (_types.Where(t => !Declares(own, t)).ToList(), _usings.ToList());
        Remember(own, shown: true);
        var all = SyntaxFactory.List(usings.Concat(own.Usings));
        var file = own.WithUsings(all);
        var others = SyntaxFactory.CompilationUnit().WithUsings(all).WithMembers(SyntaxFactory.List(earlier));
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [
                CSharpSyntaxTree.ParseText(ImplicitUsings, Parse),
                CSharpSyntaxTree.ParseText(others.NormalizeWhitespace().ToFullString(), Parse, "earlier.cs"),
                CSharpSyntaxTree.ParseText(file.ToFullString(), Parse, "snippet.cs"),
            ],
            References,
            new CSharpCompilationOptions(
                file.Members.Any(SyntaxKind.GlobalStatement) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                // The packages were compiled against other versions of what lies beside them, as in every application.
                specificDiagnosticOptions: [new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)],
                allowUnsafe: true
            )
        );
        CSharpGeneratorDriver
            .Create([new ConsistentRepositoryGenerator().AsSourceGenerator()], parseOptions: Parse)
            .RunGeneratorsAndUpdateCompilation(compilation, out var generated, out _);
        var errors = generated
            .GetDiagnostics()
            .Where(static d => d.Severity >= DiagnosticSeverity.Warning && d.Location.SourceTree?.FilePath != "earlier.cs")
            .Select(static d => d.ToString())
            .ToList();
        var found = await generated.WithAnalyzers(Analyzers).GetAnalyzerDiagnosticsAsync();
        return (
            errors,
            [
                .. found
                    .Where(static d => d.Severity >= DiagnosticSeverity.Warning && d.Location.SourceTree?.FilePath == "snippet.cs")
                    .Select(static d => d.Id)
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ]
        );
    }

    private static CompilationUnitSyntax Unit(string code) => (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(code, Parse).GetRoot();

    private static string Wrapped(Snippet snippet)
    {
        if (snippet is { Given: null, IsInsideClass: false })
        {
            return snippet.Code;
        }

        var lines = snippet.Code.Split('\n');
        var body = lines.SkipWhile(static l =>
            l.Length == 0
            || l.StartsWith("using ", StringComparison.Ordinal) && l.EndsWith(';') && !l.Contains('=', StringComparison.Ordinal)
        );
        var usings = string.Join("\n", lines.Take(lines.Length - body.Count()));
        var code = string.Join("\n", body);
        return snippet.IsInsideClass
            ? $"{usings}\ninternal sealed class Around({snippet.Given})\n{{\n{code}\n}}\n"
            : $"{usings}\ninternal static class Around\n{{\nprivate static async Task RunAsync({snippet.Given})\n{{\n{code}\nawait Task.CompletedTask;\n}}\n}}\n";
    }

    private static bool Declares(CompilationUnitSyntax unit, MemberDeclarationSyntax type) =>
        type is BaseTypeDeclarationSyntax named
        && unit.Members.OfType<BaseTypeDeclarationSyntax>().Any(t => t.Identifier.ValueText == named.Identifier.ValueText);

    private void Remember(CompilationUnitSyntax unit, bool shown)
    {
        _usings.AddRange(
            unit.Usings.Where(u => _usings.TrueForAll(known => !known.IsEquivalentTo(u)))
                .Select(static u => u.NormalizeWhitespace(eol: "\n").WithTrailingTrivia(SyntaxFactory.LineFeed))
        );
        foreach (var type in unit.Members.Where(static m => m is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax))
        {
            _types.RemoveAll(known =>
                known is BaseTypeDeclarationSyntax k
                && type is BaseTypeDeclarationSyntax t
                && k.Identifier.ValueText == t.Identifier.ValueText
            );
            if (!(shown && type is ClassDeclarationSyntax { Identifier.ValueText: "Around" }))
            {
                _types.Add(type);
            }
        }
    }
}
