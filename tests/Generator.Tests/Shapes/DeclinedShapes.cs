using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>What no wrapper can be written for: MR2001 says so, and the project still compiles.</summary>
internal static class DeclinedShapes
{
    public static IEnumerable<Shape> All { get; } =
    [
        new(
            "Static abstract members in an interface",
            "Move the reads into an interface without them",
            LanguageVersion.CSharp11,
            """
            public interface IRepo { static abstract int Shared(); int Get(); }
            public class Repo : IRepo { public static int Shared() => 1; [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "static abstract",
        },
        new(
            "init in an interface",
            "Use set, or take it out",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Size { get; init; } int Get(); }
            public class Repo : IRepo { public int Size { get; init; } [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "init accessor",
        },
        new(
            "File-local class",
            "Remove file",
            LanguageVersion.CSharp11,
            """
            public interface IRepo { int Get(); }
            file class Repo : IRepo { [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "local to its file",
        },
        new(
            "Private or protected nested class",
            "Make it internal",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get(); }
            public class Outer { private class Repo : IRepo { [Monotonic] public int Get() => 1; } }
            """
        )
        {
            Declined = "private or protected",
        },
        new(
            "Sealed class without an interface",
            "Give it an interface",
            LanguageVersion.CSharp9,
            """
            public sealed class Repo { [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "sealed and implements no interface",
        },
        new(
            "Member that is neither virtual nor in an interface",
            "Make it virtual, or declare it in an interface",
            LanguageVersion.CSharp9,
            """
            public class Repo { [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "not virtual",
        },
        new(
            "Record without an interface",
            "Give it an interface",
            LanguageVersion.CSharp9,
            """
            public record Repo { [Monotonic] public virtual int Get() => 1; }
            """
        )
        {
            Declined = "record without an interface",
        },
        new(
            "Struct",
            "Make it a class",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get(); }
            public struct Repo : IRepo { [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "a struct cannot be wrapped",
        },
        new(
            "Static class or member",
            "Begin a session with ReadSession.Begin",
            LanguageVersion.CSharp9,
            """
            public static class Repo { [Monotonic] public static int Get() => 1; }
            """
        )
        {
            Declined = "static",
        },
        new(
            "Task or sequence with a by-reference or ref struct parameter",
            "Pass by value",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { Task<int> GetAsync(in int id); }
            public class Repo : IRepo { [Monotonic] public Task<int> GetAsync(in int id) => Task.FromResult(id); }
            """
        )
        {
            Declined = "by-reference",
        },
        new(
            "Awaitable without [AsyncMethodBuilder]",
            "Return a Task or ValueTask",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { ConfiguredTaskAwaitable<int> Get(); }
            public class Repo : IRepo { [Monotonic] public ConfiguredTaskAwaitable<int> Get() => Task.FromResult(1).ConfigureAwait(false); }
            """
        )
        {
            Declined = "cannot follow",
        },
        new(
            "Result whose own class is an async sequence",
            "Return IAsyncEnumerable<T>",
            LanguageVersion.CSharp9,
            """
            public class Pages : IAsyncEnumerable<int> { public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken token = default) => throw new NotSupportedException(); }
            public interface IRepo { Pages Get(); }
            public class Repo : IRepo { [Monotonic] public Pages Get() => new(); }
            """
        )
        {
            Declined = "cannot follow",
        },
        new(
            "Protected interface member that the class implements",
            "Take it out",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { protected int Near(); int Get(); }
            public class Repo : IRepo { int IRepo.Near() => 1; [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "is protected",
        },
        new(
            "Instance operator in an interface",
            "Take it out",
            (LanguageVersion)1400,
            """
            public interface IRepo { void operator +=(int by); int Get(); }
            public class Repo : IRepo { public void operator +=(int by) { } [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "is an operator",
        },
        new(
            "Library signature that only a newer C# can repeat",
            "Raise LangVersion",
            LanguageVersion.CSharp9,
            """
            public class Repo : Contracts.IRepo { [Monotonic] public int Get(Span<int> items) => items.Length; }
            """
        )
        {
            Declined = "C# 11 can repeat",
            Until = LanguageVersion.CSharp11,
            Library = "namespace Contracts { public interface IRepo { int Get(scoped System.Span<int> items); } }",
        },
        new(
            "Interface that cannot be named beside the class",
            "Make it internal",
            LanguageVersion.CSharp9,
            """
            public class Repo : Repo.IHidden { private interface IHidden { int Get(); } [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "cannot be named",
        },
        new(
            "The wrapper's name is taken",
            "Rename one of the two",
            LanguageVersion.CSharp9,
            """
            public class ConsistentRepo { }
            public interface IRepo { int Get(); }
            public class Repo : IRepo { [Monotonic] public int Get() => 1; }
            """
        )
        {
            Declined = "is taken by",
        },
    ];
}
