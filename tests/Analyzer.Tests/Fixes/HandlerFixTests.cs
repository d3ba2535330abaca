using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>A mapped lambda is mended where it stands: by an attribute where that is the endpoint's metadata, by a session inside it elsewhere.</summary>
public class HandlerFixTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";
    private const string Begin = "using var session = ReadSession.Begin(ReadConsistency.Monotonic);";

    [Theory]
    [InlineData("(IDbConnection other) => " + A + " + " + B, "[Monotonic] (IDbConnection other) => " + A + " + " + B)]
    [InlineData(
        "async (IDbConnection other) => { await Task.Yield(); return " + A + " + " + B + "; } /* kept */",
        "[Monotonic] async (IDbConnection other) => { await Task.Yield(); return " + A + " + " + B + "; } /* kept */"
    )]
    [InlineData(
        "context => context.Response.WriteAsync(\"\" + " + A + " + " + B + ")",
        "[Monotonic] (context) => context.Response.WriteAsync(\"\" + " + A + " + " + B + ")"
    )]
    [InlineData(
        "async context => { _ = " + A + "; await context.Response.WriteAsync(\"\" + " + B + "); }",
        "[Monotonic] async (context) => { _ = " + A + "; await context.Response.WriteAsync(\"\" + " + B + "); }"
    )]
    [InlineData(
        "static (IDbConnection one) => Shop.Open().QueryFirst<int>(\"SELECT a FROM t\") + one.QueryFirst<int>(\"SELECT b FROM t\")",
        "[Monotonic] static (IDbConnection one) => Shop.Open().QueryFirst<int>(\"SELECT a FROM t\") + one.QueryFirst<int>(\"SELECT b FROM t\")"
    )]
    public Task With_the_web_package_it_is_annotated(string before, string after) =>
        Check("app.{|MR1001:MapGet|}(\"/a\", " + before + ");", "app.MapGet(\"/a\", " + after + ");", withPackage: true);

    [Theory]
    [InlineData("(IDbConnection other) => " + A + " + " + B, "(IDbConnection other) => { " + Begin + " return " + A + " + " + B + "; }")]
    [InlineData(
        "(IDbConnection other) => { _ = " + A + "; return " + B + "; }",
        "(IDbConnection other) => { " + Begin + " _ = " + A + "; return " + B + "; }"
    )]
    [InlineData(
        "async (IDbConnection other) => await Task.FromResult(" + A + " + " + B + ")",
        "async (IDbConnection other) => { " + Begin + " return await Task.FromResult(" + A + " + " + B + "); }"
    )]
    [InlineData(
        "async context => await context.Response.WriteAsync(\"\" + " + A + " + " + B + ")",
        "async context => { " + Begin + " await context.Response.WriteAsync(\"\" + " + A + " + " + B + "); }"
    )]
    [InlineData(
        "delegate (IDbConnection other) { return " + A + " + " + B + "; }",
        "delegate (IDbConnection other) { " + Begin + " return " + A + " + " + B + "; }"
    )]
    [InlineData(
        "(IDbConnection other) => new[] { 1, 2 }.Select(i => " + A + ")",
        "(IDbConnection other) => { " + Begin + " return new[] { 1, 2 }.Select(i => " + A + ").ToList(); }"
    )]
    public Task Without_it_a_session_begins_inside(string before, string after) =>
        Check("app.{|MR1001:MapGet|}(\"/a\", " + before + ");", "app.MapGet(\"/a\", " + after + ");", withPackage: false);

    [Theory]
    [InlineData(
        "app.{|MR1001:Run|}(async context => { _ = " + A + "; await context.Response.WriteAsync(\"\" + " + B + "); });",
        "app.Run(async context => { " + Begin + " _ = " + A + "; await context.Response.WriteAsync(\"\" + " + B + "); });"
    )]
    [InlineData(
        "app.{|MR1001:Use|}(async (context, next) => { _ = " + A + " + " + B + "; await next(); });",
        "app.Use(async (context, next) => { " + Begin + " _ = " + A + " + " + B + "; await next(); });"
    )]
    [InlineData(
        "app.Map(\"/x\", branch => branch.{|MR1001:Run|}(async context => { _ = " + A + " + " + B + "; await Task.Yield(); }));",
        "app.Map(\"/x\", branch => branch.Run(async context => { " + Begin + " _ = " + A + " + " + B + "; await Task.Yield(); }));"
    )]
    [InlineData(
        "var handler = (IDbConnection other) => " + A + " + " + B + "; app.{|MR1001:MapGet|}(\"/a\", handler);",
        "var handler = (IDbConnection other) => { " + Begin + " return " + A + " + " + B + "; }; app.MapGet(\"/a\", handler);"
    )]
    public Task What_has_no_endpoint_begins_one_even_so(string before, string after) => Check(before, after, withPackage: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task One_that_returns_a_task_that_it_does_not_wait_for_gets_no_session(bool isMiddleware) =>
        Check(
            isMiddleware
                ? "app.{|MR1001:Use|}((HttpContext context, RequestDelegate next) => { _ = " + A + " + " + B + "; return next(context); });"
                : "app.{|MR1001:MapGet|}(\"/a\", context => context.Response.WriteAsync(\"\" + " + A + " + " + B + "));",
            after: null,
            withPackage: isMiddleware
        );

    [Fact]
    public Task Its_layout_and_its_comments_stay_and_each_gets_its_own() =>
        Check(
            $$"""
            app.{|MR1001:MapGet|}(
                "/a",
                // All of them.
                async (IDbConnection other) =>
                {
                    // First.
                    var first = {{A}};
            #if DEBUG
                    Console.WriteLine(first);
            #endif
                    await Task.Yield();
                    return {{B}};   // Last.
                }
            );
            app.{|MR1001:MapGet|}(
                "/b",
                (IDbConnection other) =>
                    {{A}}
                    + {{B}} // Both.
            );
            """,
            $$"""
            app.MapGet(
                "/a",
                // All of them.
                async (IDbConnection other) =>
                {
                    {{Begin}}
                    // First.
                    var first = {{A}};
            #if DEBUG
                    Console.WriteLine(first);
            #endif
                    await Task.Yield();
                    return {{B}};   // Last.
                }
            );
            app.MapGet(
                "/b",
                (IDbConnection other) =>
                {
                    {{Begin}}
                    return {{A}}
                    + {{B}};
                } // Both.
            );
            """,
            withPackage: false,
            iterations: 2
        );

    private static Task Check(string before, string? after, bool withPackage, int iterations = 1)
    {
        var test = new CSharpCodeFixTest<ReadRulesAnalyzer, DeclareConsistencyFix, DefaultVerifier>
        {
            TestCode = Program(before),
            FixedCode = Program(after ?? before),
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            NumberOfIncrementalIterations = after is null ? 0 : iterations,
            NumberOfFixAllIterations = after is null ? 0 : 1,
        };
        test.TestState.OutputKind = OutputKind.ConsoleApplication;
        test.DisabledDiagnostics.Add(MR1007SeriesCouldBePlanned.Id);
        test.TestState.AdditionalReferences.AddRange(ReadRules.References);
        test.TestState.AdditionalReferences.AddRange(withPackage ? AspNetCore.WithPackage : AspNetCore.Framework);
        test.SolutionTransforms.Add(
            (solution, project) => solution.WithProjectParseOptions(project, new CSharpParseOptions(LanguageVersion.Latest))
        );
        return test.RunAsync();
    }

    private static string Program(string map) =>
        $$"""
            using System;
            using System.Data;
            using System.Linq;
            using System.Threading.Tasks;
            using Dapper;
            using Microsoft.AspNetCore.Builder;
            using Microsoft.AspNetCore.Http;
            using MonotonicReads;

            var app = WebApplication.CreateBuilder(args).Build();
            var db = Shop.Open();
            """.ReplaceLineEndings()
        + "\n"
        + map.ReplaceLineEndings()
        + "\napp.Run();\n\nstatic class Shop { public static IDbConnection Open() => throw new NotSupportedException(); }\n";
}
