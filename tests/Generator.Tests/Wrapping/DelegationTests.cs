using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

public class DelegationTests
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Diagnostics.CodeAnalysis;
        using System.Runtime.CompilerServices;
        using System.Threading;
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop;

        """;

    [Fact]
    public void Every_kind_of_member_is_forwarded()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public record Order(int Id);
                    public interface IOrders : IDisposable, IAsyncDisposable
                    {
                        Task<Order?> GetAsync(int id, CancellationToken cancellationToken = default);
                        ValueTask<int> CountAsync(string? status = "open");
                        Task TouchAsync();
                        ValueTask FlushAsync();
                        void Clear();
                        bool TryGet(int id, [NotNullWhen(true)] out Order? order);
                        void Move(ref int from, in int to, params string[] names);
                        Order this[int index] { get; set; }
                        string Name { get; }
                        int Depth { set; }
                        event EventHandler? Changed;
                        T Map<T>(T item, Func<T, bool>? filter = null) where T : class, new();
                        T? Find<T>(T? fallback);
                        string ToString();
                    }
                    public class Orders : IOrders
                    {
                        [Monotonic] public async Task<Order?> GetAsync(int id, CancellationToken cancellationToken = default) { await Task.Yield(); return new(id); }
                        [Monotonic] public ValueTask<int> CountAsync(string? status) => new(1);
                        [Monotonic] public Task TouchAsync() => Task.CompletedTask;
                        [Monotonic] public ValueTask FlushAsync() => default;
                        [Monotonic] public void Clear() { }
                        [Primary] public bool TryGet(int id, [NotNullWhen(true)] out Order? order) { order = null; return false; }
                        [Monotonic] public void Move(ref int from, in int to, params string[] names) { }
                        public Order this[int index] { [Monotonic] get => new(index); set { } }
                        public string Name => "x";
                        public int Depth { set { } }
                        public event EventHandler? Changed { add { } remove { } }
                        public T Map<T>(T item, Func<T, bool>? filter) where T : class, new() => item;
                        [Monotonic] public T? Find<T>(T? fallback) => fallback;
                        public override string ToString() => "me";
                        public void Dispose() { }
                        public ValueTask DisposeAsync() => default;
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains("public void Dispose() => _inner.Dispose();", run.Text, StringComparison.Ordinal);
        Assert.Contains("public string Name => _inner.Name;", run.Text, StringComparison.Ordinal);
        Assert.Equal(9, Count(run.Text, "ReadSession.Begin("));
    }

    [Theory]
    [InlineData("int? number = 3, long big = -4, double part = 0.5, float small = float.NaN, decimal money = 1.10m")]
    [InlineData("""string text = "a\"b\\\n", char letter = '\'', bool flag = true, string? none = null""")]
    [InlineData(
        "DayOfWeek day = DayOfWeek.Monday, DayOfWeek? maybe = null, Guid id = default, AttributeTargets both = AttributeTargets.Class | AttributeTargets.Method"
    )]
    [InlineData("int @class = 1, int @event = 2, int value = 3, int session = 4, int _inner = 5, int inner = 6, int Read = 7")]
    [InlineData("[CallerMemberName] string? caller = null, [CallerLineNumber] int line = 0")]
    public void Default_values_and_names_come_through(string parameters)
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + $$"""
                    public interface IOrders { Task<int> ReadAsync({{parameters}}); int Read2({{parameters}}); }
                    public class Orders : IOrders
                    {
                        [Monotonic] public Task<int> ReadAsync({{parameters}}) => Task.FromResult(1);
                        [Monotonic] public int Read2({{parameters}}) => 1;
                    }
                    """
            )
            .AssertAllWrapped();
        var wrapper = run.Output.GetTypeByMetadataName("Shop.ConsistentOrders")!;
        var repository = run.Output.GetTypeByMetadataName("Shop.Orders")!;
        foreach (var name in new[] { "ReadAsync", "Read2" })
        {
            var expected = ((Microsoft.CodeAnalysis.IMethodSymbol)repository.GetMembers(name).Single()).Parameters;
            var actual = ((Microsoft.CodeAnalysis.IMethodSymbol)wrapper.GetMembers(name).Single()).Parameters;
            Assert.Equal(expected.Select(static p => p.ExplicitDefaultValue), actual.Select(static p => p.ExplicitDefaultValue));
            Assert.Equal(expected.Select(static p => p.GetAttributes().Length), actual.Select(static p => p.GetAttributes().Length));
        }
    }

    [Theory]
    [InlineData("int a, DateTime when", "int a, DateTime when")]
    [InlineData(
        "(int Id, string? Name) pair, IDictionary<string, List<int?>?> map",
        "(int Id, string? Name) pair, IDictionary<string, List<int?>?> map"
    )]
    [InlineData("int[,] grid, string?[]?[] jagged, dynamic any", "int[,] grid, string?[]?[] jagged, dynamic any")]
    [InlineData("scoped Span<int> span, ReadOnlySpan<char> text", "scoped Span<int> span, ReadOnlySpan<char> text")]
    [InlineData("ref readonly int place, in long far", "ref readonly int place, in long far")]
    public void Parameter_types_come_through(string declared, string implemented)
    {
        GeneratorRun
            .Of(
                Usings
                    + $$"""
                    public interface IOrders { int Read({{declared}}); }
                    public class Orders : IOrders { [Monotonic] public int Read({{implemented}}) => 1; }
                    """
            )
            .AssertAllWrapped();
    }

    [Fact]
    public void References_and_pointers_come_through()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface IOrders
                    {
                        ref int Place(int id);
                        ref readonly int Seen { get; }
                        unsafe int* Raw(int* start, delegate*<int, void> callback);
                    }
                    public class Orders : IOrders
                    {
                        private int _place;
                        [Monotonic] public ref int Place(int id) => ref _place;
                        public ref readonly int Seen => ref _place;
                        [Monotonic] public unsafe int* Raw(int* start, delegate*<int, void> callback) => start;
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains("return ref _inner.Place(id);", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Generic_classes_and_methods_keep_their_constraints()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface IRead<TKey, out TItem> where TKey : notnull
                    {
                        TItem Get(TKey key);
                        TResult Map<TResult, TOther>(TKey key) where TResult : class?, IComparable<TResult> where TOther : unmanaged;
                        TResult? Maybe<TResult>(TKey key) where TResult : struct;
                    }
                    public class Repo<TKey, TItem> : IRead<TKey, TItem> where TKey : struct, IEquatable<TKey> where TItem : class, new()
                    {
                        [Monotonic] public TItem Get(TKey key) => new();
                        [Monotonic] public TResult Map<TResult, TOther>(TKey key) where TResult : class?, IComparable<TResult> where TOther : unmanaged => default!;
                        [Monotonic] public TResult? Maybe<TResult>(TKey key) where TResult : struct => null;
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains("typeof(global::Shop.Repo<,>), typeof(global::Shop.ConsistentRepo<,>)", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_parameter_that_would_hide_the_wrappers_is_renamed()
    {
        GeneratorRun
            .Of(
                Usings
                    + """
                    #pragma warning disable CS0693
                    public interface IRead { T Get<T>(T item); }
                    public class Repo<T> : IRead
                    {
                        [Monotonic] T IRead.Get<T>(T item) => item;
                    }
                    """
            )
            .AssertAllWrapped();
    }

    [Fact]
    public void Explicit_implementations_stay_explicit()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface ILeft { Task<int> GetAsync(); int Count { get; } event Action? Went; int this[string key] { get; } }
                    public interface IRight { Task<int> GetAsync(); T? Find<T>(T? item); T? Need<T>(T? item) where T : class; }
                    public class Repo : ILeft, IRight
                    {
                        [Monotonic] Task<int> ILeft.GetAsync() => Task.FromResult(1);
                        [Primary] public Task<int> GetAsync() => Task.FromResult(2);
                        int ILeft.Count => 1;
                        int ILeft.this[string key] => 1;
                        event Action? ILeft.Went { add { } remove { } }
                        [Monotonic] T? IRight.Find<T>(T? item) where T : default => item;
                        [Monotonic] T? IRight.Need<T>(T? item) where T : class => item;
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains("async global::System.Threading.Tasks.Task<int> global::Shop.ILeft.GetAsync()", run.Text, StringComparison.Ordinal);
        Assert.Contains("public async global::System.Threading.Tasks.Task<int> GetAsync()", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_method_behind_two_interfaces_is_written_once()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface ILeft { Task<int> GetAsync(int id); }
                    public interface IRight { Task<int> GetAsync(int id); }
                    public class Repo : ILeft, IRight { [Monotonic] public Task<int> GetAsync(int id) => Task.FromResult(1); }
                    """
            )
            .AssertAllWrapped();
        Assert.Equal(1, Count(run.Text, "GetAsync(int id)"));
    }

    [Fact]
    public void Redeclared_and_hidden_members_reach_their_own_implementation()
    {
        var run = GeneratorRun.Of(
            Usings
                + """
                public interface IBase { int Get(); string Name { get; } }
                public interface IDerived : IBase { new int Get(); new object Name { get; } }
                public class Base : IBase
                {
                    [Monotonic] public int Get() => 1;
                    public string Name => "base";
                }
                public class Repo : Base, IDerived
                {
                    [Monotonic] public new int Get() => 2;
                    public new object Name => "derived";
                    int IBase.Get() => 3;
                }
                """
        );
        run.AssertAllWrapped();
        Assert.Equal(2, run.Files.Count);
    }

    [Fact]
    public void Default_interface_members_are_forwarded_and_covered()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface IOrders
                    {
                        Task<int> OneAsync();
                        [Monotonic] async Task<int> TwoAsync() => await OneAsync() + await OneAsync();
                        int Plain() => 1;
                    }
                    public class Orders : IOrders { public Task<int> OneAsync() => Task.FromResult(1); }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains(
            "return await ((global::Shop.IOrders)_inner).TwoAsync().ConfigureAwait(false);",
            run.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("int global::Shop.IOrders.Plain() => ((global::Shop.IOrders)_inner).Plain();", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Awaited_properties_open_their_session_in_a_local_function()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface IOrders { Task<int> Count { get; } ValueTask Ready { get; } Task<int> this[int Read] { get; } }
                    public class Orders : IOrders
                    {
                        public Task<int> Count { [Monotonic] get => Task.FromResult(1); }
                        public ValueTask Ready { [Monotonic] get => default; }
                        public Task<int> this[int Read] { [Monotonic] get => Task.FromResult(Read); }
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Contains("async global::System.Threading.Tasks.Task<int> Read()", run.Text, StringComparison.Ordinal);
        Assert.Contains("async global::System.Threading.Tasks.Task<int> Read1()", run.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "public class Outer { public class Repo : IOrders { [Monotonic] public int Get() => 1; } }",
        "Shop.ConsistentOuterRepo",
        true
    )]
    [InlineData(
        "internal class Outer { public class Repo : IOrders { [Monotonic] public int Get() => 1; } }",
        "Shop.ConsistentOuterRepo",
        false
    )]
    [InlineData(
        "public class Outer { protected internal class Repo : IOrders { [Monotonic] public int Get() => 1; } }",
        "Shop.ConsistentOuterRepo",
        false
    )]
    [InlineData(
        "public class Outer<T> { public class Repo<U> : IOrders { [Monotonic] public int Get() => 1; } }",
        "Shop.ConsistentOuterRepo`2",
        true
    )]
    [InlineData("public sealed record Repo(int Id) : IOrders { [Monotonic] public int Get() => 1; }", "Shop.ConsistentRepo", true)]
    [InlineData("public sealed class Repo : IOrders { [Monotonic] public int Get() => 1; }", "Shop.ConsistentRepo", true)]
    [InlineData("public abstract class Repo : IOrders { [Monotonic] public abstract int Get(); }", "Shop.ConsistentRepo", true)]
    [InlineData("class @class : IOrders { [Monotonic] public int Get() => 1; }", "Shop.Consistentclass", false)]
    public void The_wrapper_has_the_classes_effective_accessibility(string source, string name, bool isPublic)
    {
        var run = GeneratorRun.Of(Usings + "public interface IOrders { int Get(); }\n" + source).AssertAllWrapped();
        var wrapper = run.Output.GetTypeByMetadataName(name);
        Assert.NotNull(wrapper);
        Assert.Equal(isPublic, wrapper.DeclaredAccessibility == Microsoft.CodeAnalysis.Accessibility.Public);
    }

    [Fact]
    public void A_class_in_the_global_namespace_is_wrapped_there()
    {
        var run = GeneratorRun
            .Of(
                """
                using MonotonicReads;
                public interface IOrders { int Get(); }
                public class Repo : IOrders { [Monotonic] public int Get() => 1; }
                """
            )
            .AssertAllWrapped();
        Assert.NotNull(run.Output.GetTypeByMetadataName("ConsistentRepo"));
    }

    [Fact]
    public void Names_of_the_users_that_look_like_ours_do_not_get_in_the_way()
    {
        GeneratorRun
            .Of(
                """
                namespace Shop.System { public class Task { } }
                namespace Shop.MonotonicReads { public class ReadSession { } }
                namespace Shop
                {
                    public interface IOrders { global::System.Threading.Tasks.Task<int> GetAsync(int _inner); int _inner { get; } int session(); }
                    public class Repo : IOrders
                    {
                        [global::MonotonicReads.Monotonic] public global::System.Threading.Tasks.Task<int> GetAsync(int _inner) => global::System.Threading.Tasks.Task.FromResult(1);
                        public int _inner => 1;
                        [global::MonotonicReads.Monotonic] public int session() => 1;
                    }
                }
                """
            )
            .AssertAllWrapped();
    }

    [Fact]
    public void Obsolete_members_are_forwarded_without_a_warning()
    {
        GeneratorRun
            .Of(
                Usings
                    + """
                    public interface IOrders
                    {
                        [Obsolete("use B")] int A();
                        [Obsolete("gone", true)] int C();
                        [Obsolete] int P { get; }
                        [Experimental("EXP1")] int D();
                    }
                    [Obsolete]
                    public class Repo : IOrders
                    {
                        [Monotonic, Obsolete("use B")] public int A() => 1;
                        [Obsolete("gone", true)] public int C() => 1;
                        [Obsolete] public int P => 1;
                        [Experimental("EXP1")] public int D() => 1;
                    }
                    """
            )
            .AssertAllWrapped();
    }

    [Fact]
    public void Nullability_that_differs_between_class_and_interface_gives_no_warning()
    {
        GeneratorRun
            .Of(
                Usings
                    + """
                    #nullable disable
                    public interface IOld { string Get(string key); Task<string> GetAsync(); }
                    #nullable enable
                    public interface INew { [return: MaybeNull] T First<T>(); [return: NotNullIfNotNull(nameof(x))] string? Echo(string? x); [AllowNull] string Text { get; set; } Task<int>? Maybe(); }
                    public class Repo : IOld, INew
                    {
                        [Monotonic] public string? Get(string? key) => null;
                        [Monotonic] public Task<string?> GetAsync() => Task.FromResult<string?>(null);
                        [Monotonic] [return: MaybeNull] public T First<T>() => default;
                        [Monotonic] [return: NotNullIfNotNull(nameof(x))] public string? Echo(string? x) => x;
                        [AllowNull] public string Text { [Monotonic] get => ""; set { } }
                        [Monotonic] public Task<int>? Maybe() => null;
                    }
                    """
            )
            .AssertAllWrapped();
    }

    [Fact]
    public void Options_that_are_not_the_default_are_shared_by_the_calls()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface IOrders { int A(); int B(); int C(); int D(); int E(); int F(); int G(); int H(); int I(); }
                    public class Repo : IOrders
                    {
                        [Monotonic(OnReplicaLoss = ReplicaLoss.Fail)] public int A() => 1;
                        [Monotonic(OnReplicaLoss = ReplicaLoss.Fail)] public int B() => 1;
                        [Monotonic(OnReplicaLoss = ReplicaLoss.Primary)] public int C() => 1;
                        [Causal(MaxWaitMilliseconds = 20, OnReplicaLoss = ReplicaLoss.CaughtUp)] public int D() => 1;
                        [Monotonic(Reads = 3)] public int E() => 1;
                        [Causal(OnReplicaLoss = ReplicaLoss.Fail, Reads = 2)] public int F() => 1;
                        [Causal(MaxWaitMilliseconds = 500)] public int G() => 1;
                        [Monotonic] public int H() => 1;
                        [Monotonic(Snapshot = true)] public int I() => 1;
                    }
                    """
            )
            .AssertAllWrapped();
        Assert.Equal(5, Count(run.Text, "new() {"));

        // What is said explicitly holds where the data source would do otherwise.
        Assert.Contains(
            "OnLossPrimary = new() { OnReplicaLoss = global::MonotonicReads.ReplicaLoss.Primary };",
            run.Text,
            StringComparison.Ordinal
        );
        Assert.Equal(1, Count(run.Text, "Begin(global::MonotonicReads.ReadConsistency.Snapshot);"));
        Assert.Contains("Begin(global::MonotonicReads.ReadConsistency.Monotonic, OnLossFail);", run.Text, StringComparison.Ordinal);
        Assert.Contains(
            "OnLossCaughtUpWait20 = new() { OnReplicaLoss = global::MonotonicReads.ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 20 };",
            run.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("Begin(global::MonotonicReads.ReadConsistency.Monotonic, Reads3);", run.Text, StringComparison.Ordinal);
        Assert.Contains(
            "OnLossFailReads2 = new() { OnReplicaLoss = global::MonotonicReads.ReplicaLoss.Fail, Reads = 2 };",
            run.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("Begin(global::MonotonicReads.ReadConsistency.Causal);", run.Text, StringComparison.Ordinal);
        Assert.Contains("Begin(global::MonotonicReads.ReadConsistency.Monotonic);", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Global_calls_and_those_with_a_bound_are_wrapped_with_what_they_say()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public interface IOrders { int A(); int B(); int C(); int D(); int E(); }
                    public class Repo : IOrders
                    {
                        [Global] public int A() => 1;
                        [Global(MaxWaitMilliseconds = 20, OnReplicaLoss = ReplicaLoss.Fail, Reads = 2)] public int B() => 1;
                        [Monotonic(MaxStalenessMilliseconds = 2000)] public int C() => 1;
                        [Causal(MaxStalenessMilliseconds = 2000, MaxWaitMilliseconds = 20)] public int D() => 1;
                        [Monotonic(MaxStalenessMilliseconds = 0)] public int E() => 1;
                    }
                    """
            )
            .AssertAllWrapped();
        foreach (
            var part in new[]
            {
                "Begin(global::MonotonicReads.ReadConsistency.Global);",
                "Begin(global::MonotonicReads.ReadConsistency.Global, OnLossFailWait20Reads2);",
                "OnLossFailWait20Reads2 = new() { OnReplicaLoss = global::MonotonicReads.ReplicaLoss.Fail, MaxWaitMilliseconds = 20, Reads = 2 };",
                "MaxAge2000 = new() { MaxStalenessMilliseconds = 2000 };",
                "Wait20MaxAge2000 = new() { MaxWaitMilliseconds = 20, MaxStalenessMilliseconds = 2000 };",
                "Begin(global::MonotonicReads.ReadConsistency.Monotonic);",
            }
        )
        {
            Assert.Contains(part, run.Text, StringComparison.Ordinal);
        }
    }

    internal static int Count(string text, string part) => text.Split(part).Length - 1;
}
