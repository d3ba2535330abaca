using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

public class DerivationTests
{
    private const string Usings = """
        using System;
        using System.Diagnostics.CodeAnalysis;
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop;

        """;

    [Fact]
    public void A_class_without_interface_is_derived_from()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public class Repo
                    {
                        private readonly string _text;
                        public Repo(string text, int size = 3, params int[] rest) => _text = text;
                        internal Repo() => _text = "";
                        protected Repo(bool flag) => _text = "";
                        [Monotonic] public virtual async Task<string> GetAsync() { await Task.Yield(); return _text; }
                        [Primary] protected internal virtual int Count() => 1;
                        [Monotonic] protected virtual T? Find<T>(T? item) => item;
                        public virtual int Plain() => 1;
                        public virtual int Size { [Monotonic] get => 1; set { } }
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains("sealed class ConsistentRepo : global::Shop.Repo", run.Text, StringComparison.Ordinal);
        Assert.Contains("public ConsistentRepo(string text, int size = 3, params int[] rest)", run.Text, StringComparison.Ordinal);
        Assert.Contains("return await base.GetAsync().ConfigureAwait(false);", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Plain", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("set", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_attributes_that_a_container_reads_are_repeated()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    using Microsoft.Extensions.DependencyInjection;
                    public class Repo
                    {
                        public required string Name { get; init; }
                        [ActivatorUtilitiesConstructor, SetsRequiredMembers]
                        public Repo([FromKeyedServices("left")] string text) => Name = text;
                        [Monotonic] public virtual int Get() => 1;
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains(
            """[global::Microsoft.Extensions.DependencyInjection.FromKeyedServices("left")] string text""",
            run.Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "[global::Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructor]",
            run.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_abstract_class_leaves_the_wrapper_to_its_subclasses()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public abstract class Base { [Monotonic] public virtual int A() => 1; [Monotonic] public abstract int B(); }
                    public class Repo : Base { public override int B() => 2; }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains("public sealed class ConsistentRepo : global::Shop.Repo", run.Text, StringComparison.Ordinal);
        Assert.Equal(2, DelegationTests.Count(run.Text, "ReadSession.Begin("));
    }

    [Fact]
    public void A_class_with_only_disposal_behind_an_interface_is_derived_from()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    [Monotonic] public class Repo : IDisposable
                    {
                        public virtual int Get() => 1;
                        public void Dispose() { }
                        public override string ToString() => "";
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains(": global::Shop.Repo", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Dispose", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Generic_and_obsolete_overrides_compile()
    {
        GeneratorRun
            .Of(
                Usings
                    + """
                    #pragma warning disable CS0693
                    public class Repo<T> where T : class
                    {
                        [Monotonic] public virtual U? Map<U>(T item, U? other) where U : struct => other;
                        [Monotonic] public virtual U? Near<U>(U? other) where U : class => other;
                        [Monotonic] public virtual T Same<T>(T item) => item;
                        [Monotonic, Obsolete("old")] public virtual int Old() => 1;
                        public virtual ref readonly int this[in int index] { [Monotonic] get => throw new InvalidOperationException(); }
                    }
                    """
            )
            .AssertAllWrapped();
    }
}
