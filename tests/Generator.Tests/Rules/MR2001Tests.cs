using System.Globalization;
using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Rules;

public class MR2001Tests
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop;
        public interface IOrders { Task<int> GetAsync(); }

        """;

    /// <summary>The source, the name on which the report stands, a part of why.</summary>
    public static TheoryData<string, string, string> Declined =>
        new()
        {
            {
                "public sealed class Repo { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
                "Repo",
                "sealed and implements no interface"
            },
            { "public class Repo { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }", "GetAsync", "not virtual" },
            { "public record Repo { [Monotonic] public virtual int Get() => 1; }", "Repo", "record without an interface" },
            {
                "public class Repo { private Repo() { } [Monotonic] public virtual int Get() => 1; }",
                "Repo",
                "no public or internal constructor"
            },
            { "file class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }", "Repo", "local to its file" },
            {
                "public class Outer { private class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); } }",
                "Repo",
                "private or protected"
            },
            {
                "public class Outer { protected class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); } }",
                "Repo",
                "private or protected"
            },
            { "public static class Repo { [Monotonic] public static int Get() => 1; }", "Get", "static" },
            { "[Monotonic] public static class Repo { public static int Get() => 1; }", "Repo", "static class" },
            { "public struct Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }", "Repo", "struct" },
            {
                "public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); [Monotonic] public int Other() => 1; }",
                "Other",
                "implements none of them"
            },
            {
                "public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); [Monotonic] private int Other() => 1; }",
                "Other",
                "private"
            },
            {
                "public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); [Monotonic] public static int Other() => 1; }",
                "Other",
                "static"
            },
            {
                "[Monotonic] public class Repo : IOrders { public Task<int> GetAsync() => Task.FromResult(1); public int Other() => 1; private int Hidden() => 1; public static int Shared() => 1; }",
                "Other",
                "implements none of them"
            },
            {
                "public class ConsistentRepo { } public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
                "Repo",
                "is taken by"
            },
            {
                "#pragma warning disable CS0693\npublic class Outer<T> { public class Repo<T> : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); } }",
                "Repo",
                "declared twice"
            },
            {
                "public interface IInit { int P { get; init; } } public class Repo : IOrders, IInit { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); public int P { get; init; } }",
                "GetAsync|P",
                "init accessor"
            },
            {
                "public interface IStatic { static abstract int P(); } public class Repo : IOrders, IStatic { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); public static int P() => 1; }",
                "Repo",
                "static abstract"
            },
            {
                "public interface IProtected { protected int P(); } public class Repo : IOrders, IProtected { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); int IProtected.P() => 1; }",
                "GetAsync|P",
                "is protected"
            },
            {
                "public class Repo : Repo.IPrivate { private interface IPrivate { int Get(); } [Monotonic] public int Get() => 1; }",
                "Repo",
                "cannot be named"
            },
            {
                "public interface IRef { Task<int> Get(ref int i); } public class Repo : IRef { [Monotonic] public Task<int> Get(ref int i) => Task.FromResult(1); }",
                "Get",
                "by-reference"
            },
            {
                "public interface IRef { IAsyncEnumerable<int> Get(in int i); } public class Repo : IRef { [Monotonic] public IAsyncEnumerable<int> Get(in int i) => null!; }",
                "Get",
                "by-reference"
            },
            {
                "public interface IRef { IEnumerable<int> Get(out int i); } public class Repo : IRef { [Monotonic] public IEnumerable<int> Get(out int i) { i = 1; return []; } }",
                "Get",
                "by-reference"
            },
            {
                "public interface ISpan { Task<int> Get(ReadOnlySpan<byte> i); } public class Repo : ISpan { [Monotonic] public Task<int> Get(ReadOnlySpan<byte> i) => Task.FromResult(1); }",
                "Get",
                "ref struct"
            },
            {
                "public interface IOwn { System.Runtime.CompilerServices.ConfiguredTaskAwaitable Get(); } public class Repo : IOwn { [Monotonic] public System.Runtime.CompilerServices.ConfiguredTaskAwaitable Get() => default; }",
                "Get",
                "cannot follow"
            },
            {
                "public class Walk : IAsyncEnumerator<int> { public int Current => 1; public ValueTask<bool> MoveNextAsync() => default; public ValueTask DisposeAsync() => default; } public interface IWalk { Walk Get(); } public class Repo : IWalk { [Monotonic] public Walk Get() => new(); }",
                "Get",
                "cannot follow"
            },
            {
                "public interface IWalk { IAsyncEnumerator<int> Get(ref int from); } public class Repo : IWalk { [Monotonic] public IAsyncEnumerator<int> Get(ref int from) => null!; }",
                "Get",
                "by-reference"
            },
            {
                "public interface IWalk { IEnumerator<int> Get(Span<int> from); } public class Repo : IWalk { [Monotonic] public IEnumerator<int> Get(Span<int> from) => null!; }",
                "Get",
                "ref struct"
            },
            {
                "[System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(Flow))] public class Flow { } public static class More { public static System.Runtime.CompilerServices.TaskAwaiter GetAwaiter(this Flow flow) => default; } public interface IOwn { Flow Get(); } public class Repo : IOwn { [Monotonic] public Flow Get() => new(); }",
                "Get",
                "cannot follow"
            },
            {
                "[System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(Flow))] public class Flow { public System.Runtime.CompilerServices.TaskAwaiter<int> GetAwaiter() => default; } public interface IOwn { Flow Get(); } public class Repo : IOwn { [Monotonic] public Flow Get() => new(); }",
                "Get",
                "cannot follow"
            },
            {
                "[System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(Flow<>))] public class Flow<T> { public System.Runtime.CompilerServices.TaskAwaiter<int> GetAwaiter() => default; } public interface IOwn { Flow<string> Get(); } public class Repo : IOwn { [Monotonic] public Flow<string> Get() => new(); }",
                "Get",
                "cannot follow"
            },
            {
                "[Obsolete(\"x\", true)] public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
                "Repo",
                "obsolete as an error"
            },
            {
                "public class Repo : IOrders { [Monotonic(MaxStalenessMilliseconds = -1)] public Task<int> GetAsync() => Task.FromResult(1); }",
                "GetAsync",
                "MaxStalenessMilliseconds is negative"
            },
            {
                "public class Repo : IOrders { [Global(MaxWaitMilliseconds = -1)] public Task<int> GetAsync() => Task.FromResult(1); }",
                "GetAsync",
                "MaxWaitMilliseconds is negative"
            },
            {
                "public class Repo : IOrders { [Causal(MaxWaitMilliseconds = -1)] public Task<int> GetAsync() => Task.FromResult(1); }",
                "GetAsync",
                "negative"
            },
            { "public class Repo { public void Run() { Inner(); [Monotonic] void Inner() { } } }", "Inner", "no wrapper stands between" },
            { "public class Repo { public Action Run() => [Monotonic] () => { }; }", "=>", "no wrapper stands between" },
            {
                "[Monotonic] public interface IRead { int Get(); } public class Outer { private class Fake : IRead { public int Get() => 1; } }",
                "Fake",
                "private or protected"
            },
            { "public abstract class Base { [Monotonic] public int Get() => 1; } public class Repo : Base { }", "Get", "not virtual" },
        };

    /// <summary>The near misses: one word away from a declined shape.</summary>
    public static TheoryData<string> Accepted =>
        [
            "public interface IWalk { IAsyncEnumerator<int> Get(); IEnumerator<int> Walk(int from); System.Collections.IEnumerator Untyped(); } public class Repo : IWalk { [Monotonic] public IAsyncEnumerator<int> Get() => null!; [Monotonic] public IEnumerator<int> Walk(int from) => null!; [Monotonic] public System.Collections.IEnumerator Untyped() => null!; }",
            "public interface IWalk { IAsyncEnumerator<int>? Get(); IEnumerable<int>? Items(); } public class Repo : IWalk { [Monotonic] public IAsyncEnumerator<int>? Get() => null; [Monotonic] public IEnumerable<int>? Items() => null; }",
            "#pragma warning disable CS1066\npublic interface IAt { int this[int at = 1] { get; } } public class Repo : IAt { public int this[int at = 1] { [Monotonic] get => at; } }",
            "public sealed class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
            "public class Repo { [Monotonic] public virtual Task<int> GetAsync() => Task.FromResult(1); }",
            "public record Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
            "public class Repo { internal Repo() { } [Monotonic] public virtual int Get() => 1; }",
            "public class Outer { internal class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); } }",
            "public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); [Eventual(\"fine\")] public int Other() => 1; }",
            "public sealed class Repo { [Eventual(\"fine\")] public int Other() => 1; }",
            "[Eventual(\"fine\")] public static class Repo { public static int Other() => 1; }",
            "public class ConsistentRepo<T> { } public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
            "public interface IInit { int P { get; set; } } public class Repo : IOrders, IInit { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); public int P { get; set; } }",
            "public interface IStatic { static int P() => 1; } public class Repo : IOrders, IStatic { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
            "public interface IProtected { protected int P() => 1; } public class Repo : IOrders, IProtected { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }",
            "public interface IRef { Task<int> Get(ref int i); int Seen(); } public class Repo : IRef { public Task<int> Get(ref int i) => Task.FromResult(1); [Monotonic] public int Seen() => 1; }",
            "public interface IRef { List<int> Get(out int i); IAsyncEnumerable<int> Walk(int i); } public class Repo : IRef { [Monotonic] public List<int> Get(out int i) { i = 1; return []; } [Monotonic] public IAsyncEnumerable<int> Walk(int i) => null!; }",
            "public interface IRef { int Get(ref int i); } public class Repo : IRef { [Monotonic] public int Get(ref int i) => 1; }",
            "[Monotonic] public class Repo : IOrders { public Task<int> GetAsync() => Task.FromResult(1); private int Hidden() => 1; public static int Shared() => 1; public Repo() { } public override string ToString() => \"\"; }",
            "public class Repo { public void Run() { Inner(); [Eventual(\"fine\")] void Inner() { } } }",
            "public struct Repo : IOrders { public Task<int> GetAsync() => Task.FromResult(1); }",
            "public abstract class Base { [Monotonic] public virtual int Get() => 1; } public class Repo : Base { }",
            "public class OuterRepo : IOrders { public Task<int> GetAsync() => Task.FromResult(1); } public class Outer { public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); } }",
        ];

    [Theory]
    [MemberData(nameof(Declined))]
    public void What_cannot_be_wrapped_is_named(string source, string places, string why)
    {
        var run = GeneratorRun.Of(Usings + source);
        var reported = run.AssertSound();
        Assert.Equal(places.Split('|'), reported.Select(static d => d.Location.SourceTree!.GetText().ToString(d.Location.SourceSpan)));
        Assert.All(reported, d => Assert.Contains(why, d.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Assert.All(reported, static d => Assert.Equal(Microsoft.CodeAnalysis.DiagnosticSeverity.Error, d.Severity));
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_can_be_wrapped_is_not_named(string source) => GeneratorRun.Of(Usings + source).AssertAllWrapped();

    [Fact]
    public void Two_classes_that_spell_one_name_get_one_wrapper_and_one_report()
    {
        var run = GeneratorRun.Of(
            Usings
                + """
                public class OuterRepo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }
                public class Outer { public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); } }
                """
        );
        Assert.Single(run.AssertSound());
        Assert.Single(run.Files);
    }

    [Fact]
    public void A_file_differs_by_more_than_case()
    {
        var run = GeneratorRun
            .Of(
                Usings
                    + """
                    public class Repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }
                    public class repo : IOrders { [Monotonic] public Task<int> GetAsync() => Task.FromResult(1); }
                    """.Replace("class repo", "class rEpo", StringComparison.Ordinal)
            )
            .AssertAllWrapped();
        Assert.Equal(2, run.Files.Count);
    }

    [Fact]
    public void An_older_language_is_named()
    {
        var options = Compilations.ParseOptions.WithLanguageVersion(Microsoft.CodeAnalysis.CSharp.LanguageVersion.CSharp8);
        var compilation = Compilations
            .Of()
            .AddSyntaxTrees(
                Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(
                    "public interface IOrders { int Get(); } public class Repo : IOrders { [MonotonicReads.Monotonic] public int Get() => 1; }",
                    options
                )
            );
        var decision = MonotonicReads.Generator.Wrapping.Decision.WrappingDecision.For(
            compilation.GetTypeByMetadataName("Repo")!,
            compilation
        );
        Assert.Contains("C# 9", Assert.Single(decision.Obstacles).Why, StringComparison.Ordinal);
    }
}
