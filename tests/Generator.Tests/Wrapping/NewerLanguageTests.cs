using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

/// <summary>
/// Shapes that only a newer host compiler knows; run with <c>-p:RoslynHost=5.9.0</c>. On the oldest host they have
/// nothing to say, and the first test makes sure that this is told apart by the host alone.
/// </summary>
public class NewerLanguageTests
{
    private const int CSharp13 = 1300;

    private static bool HostKnowsCSharp13 => (int)LanguageVersion.Latest.MapSpecifiedToEffectiveVersion() >= CSharp13;

    [Fact]
    public void The_language_follows_the_host() =>
        Assert.Equal(typeof(CSharpCompilation).Assembly.GetName().Version >= new Version(4, 12), HostKnowsCSharp13);

    [Fact]
    public void Ref_struct_constraints_and_params_collections_come_through()
    {
        const string Source = """
            using System;
            using System.Collections.Generic;
            using System.Threading.Tasks;
            using MonotonicReads;
            namespace Shop;
            public interface IOrders
            {
                int Measure<T>(T item) where T : IDisposable, allows ref struct;
                int Sum(params ReadOnlySpan<int> values);
                int Count(params IEnumerable<string> names);
            }
            public class Orders : IOrders
            {
                [Monotonic] public int Measure<T>(T item) where T : IDisposable, allows ref struct => 1;
                [Monotonic] public int Sum(params ReadOnlySpan<int> values) => 1;
                [Monotonic] public int Count(params IEnumerable<string> names) => 1;
            }
            """;
        if (HostKnowsCSharp13)
        {
            var run = GeneratorRun.Of(Source).AssertAllWrapped();
            Assert.Contains("where T : global::System.IDisposable, allows ref struct", run.Text, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(
                Compilations.Of(Source).GetDiagnostics(),
                static d => d.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error
            );
        }
    }
}
