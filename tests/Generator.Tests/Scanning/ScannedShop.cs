using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Scanning;

/// <summary>A program in an assembly of its own, with generated wrappers beside its classes, for the scanners to find.</summary>
internal static class ScannedShop
{
    private const string Classes = """
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Reflection;
        using System.Threading;
        using System.Threading.Tasks;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.DependencyInjection.Extensions;
        using MonotonicReads;
        namespace Shop
        {
            public interface IOrders { bool HasSession(); }
            public interface IRead<T> { bool HasSession(); }
            public interface IStep { bool HasSession(); }
            public sealed class Clock { }
            public sealed class Orders : IOrders { public Orders(Clock clock) { } [Monotonic] public bool HasSession() => ReadSession.Current is not null; }
            public sealed class Read<T> : IRead<T> { [Monotonic] public bool HasSession() => ReadSession.Current is not null; }
            public sealed class First : IStep { [Monotonic] public bool HasSession() => ReadSession.Current is not null; }
            public sealed class Second : IStep { public bool HasSession() => ReadSession.Current is not null; }
            internal sealed class Third : IStep { [Monotonic] public bool HasSession() => ReadSession.Current is not null; }
            public class Stock { [Monotonic] public virtual bool HasSession() => ReadSession.Current is not null; }
            public static class Check
            {
                static readonly ServiceProviderOptions Strict = new() { ValidateOnBuild = true, ValidateScopes = true };
                static void Same(object? expected, object? actual)
                {
                    if (!Equals(expected, actual)) throw new Exception($"expected: {expected}, found: {actual}");
                }
                static string Names<T>(IServiceProvider services) where T : notnull =>
                    string.Join(" ", services.GetServices<T>().Select(s => s.GetType().Name));
                static void Orders(IServiceProvider services)
                {
                    Same("ConsistentOrders", Names<IOrders>(services));
                    Same(true, services.GetRequiredService<IOrders>().HasSession());
                }
                static void Steps(IServiceProvider services)
                {
                    Same("ConsistentFirst Second ConsistentThird", string.Join(" ", services.GetServices<IStep>().Select(s => s.GetType().Name).OrderBy(n => n.Replace("Consistent", ""))));
                    Same("True False True", string.Join(" ", services.GetServices<IStep>().OrderBy(s => s.GetType().Name.Replace("Consistent", "")).Select(s => s.HasSession())));
                }

        """;

    /// <summary>Runs statements in the shop; they may use what the libraries of this test run have.</summary>
    /// <param name="statements">What registers, resolves and looks.</param>
    /// <param name="types">Further types of the shop.</param>
    public static Task RunAsync(string statements, string types = "") =>
        LoadedShop.RunAsync(
            GeneratorRun
                .Of(Of(Classes + "public static async Task Run() { await Task.Yield(); " + statements + " } } " + types + " }"))
                .AssertAllWrapped(),
            "Shop.Check",
            "Run"
        );

    private static CSharpCompilation Of(string source)
    {
        var compilation = Compilations.Of("Shop", Compilations.LibraryReferences, source);

        // A library that was built against an older version of another: the SDK says nothing of it either.
        return compilation.WithOptions(
            compilation.Options.WithSpecificDiagnosticOptions([
                new("CS1701", ReportDiagnostic.Suppress),
                new("CS1702", ReportDiagnostic.Suppress),
            ])
        );
    }
}
