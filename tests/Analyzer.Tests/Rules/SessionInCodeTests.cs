using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>A session that code begins is known by what it is, not by how it is written.</summary>
public class SessionInCodeTests
{
    private const string Two = "db.QueryFirst<int>(\"select 1 from a\"); db.QueryFirst<int>(\"select 1 from b\");";

    /// <summary>Ways to run something in a session.</summary>
    public static TheoryData<string> Sessions =>
        [
            "using var s = ReadSession.Begin(ReadConsistency.Monotonic); $;",
            "using (Sessions.Begin(ReadConsistency.Monotonic)) { $; }",
            "using (Sessions.Begin(Levels.Monotonic)) { $; }",
            "using (Begin(Monotonic)) { $; }",
            "using (var s = Begin(ReadConsistency.Monotonic)) { $; }",
            "using (MonotonicReads.ReadSession.Begin(MonotonicReads.ReadConsistency.Monotonic)) { $; }",
            "using var s = (Begin(Monotonic)); $;",
            "using var s = BeginPage(); $;",
            "using var s = Elsewhere.BeginPage(); $;",
            "using var s = Elsewhere.BeginAt(Monotonic); $;",
            "using (Resume(\"token\")) { $; }",
            "using var s = Local(); $; ReadSession Local() => Begin(Monotonic);",
            "var s = ReadSession.Begin(ReadConsistency.Monotonic); try { $; } finally { s.Dispose(); }",
            "Sessions s = BeginPage(); try { if (s != null) { $; } } finally { s?.Dispose(); }",
            "var s = BeginPage(); using (s) { $; }",
        ];

    /// <summary>Ways that look like it.</summary>
    public static TheoryData<string> Others =>
        [
            "using var s = ReadSession.Current; $;",
            "using var s = Ambient(); $;",
            "using var s = Mine.ReadSession.Begin(ReadConsistency.Monotonic); $;",
            "using (Mine.ReadSession.Begin(Monotonic)) { $; }",
            "{ using var s = BeginPage(); } $;",
            "using (BeginPage()) { } $;",
            "Action a = () => { using var s = BeginPage(); }; $; a();",
            "$; using var s = Begin(Monotonic);",
            "var s = Begin(Monotonic); s.Dispose(); try { $; } finally { Console.WriteLine(); }",
        ];

    [Theory]
    [MemberData(nameof(Sessions))]
    public Task Reads_in_it_are_one_unit(string session) =>
        VerifyReads($"public void M() {{ {session.Replace("$;", Two, StringComparison.Ordinal)} }}");

    [Theory]
    [MemberData(nameof(Others))]
    public Task Reads_beside_it_are_not(string session) =>
        VerifyReads($"public void {{|MR1001:M|}}() {{ {session.Replace("$;", Two, StringComparison.Ordinal)} }}");

    [Theory]
    [MemberData(nameof(Sessions))]
    public Task It_covers_a_private_method(string session) =>
        VerifyReads($"private void P() {{ {Two} }} public void M() {{ {session.Replace("$", "P()", StringComparison.Ordinal)} }}");

    [Theory]
    [MemberData(nameof(Others))]
    public Task It_covers_no_private_method_beside_it(string session) =>
        VerifyReads(
            $"private void {{|MR1001:P|}}() {{ {Two} }} public void M() {{ {session.Replace("$", "P()", StringComparison.Ordinal)} }}"
        );

    [Theory]
    [MemberData(nameof(Sessions))]
    public Task It_is_enough_for_a_call_on_this(string session) =>
        VerifyWrapped($"[Monotonic] public int A() => 1; public void M() {{ {session.Replace("$", "A()", StringComparison.Ordinal)} }}");

    [Theory]
    [InlineData("using var s = BeginPage(); {|MR2003:A|}();")]
    [InlineData("using var s = Begin(Monotonic); {|MR2003:A|}();")]
    [InlineData("using var s = Sessions.Begin(Causal); {|MR2003:A|}();")]
    [InlineData("using var s = Sessions.Begin(Global); {|MR2003:A|}();")]
    [InlineData("using var s = Sessions.Begin(Levels.Primary); A();")]
    [InlineData("using var s = Elsewhere.BeginPrimary(); A();")]
    [InlineData("using var s = Elsewhere.BeginAt(Primary); A();")]
    public Task Its_level_counts(string statements) => VerifyWrapped($"[Primary] public int A() => 1; public void M() {{ {statements} }}");

    [Theory]
    [InlineData("using var s = Sessions.Begin(Monotonic); {|MR2005:ReadAsync()|};")]
    [InlineData("using (Begin(Monotonic)) { _ = {|MR2005:ReadAsync()|}; }")]
    [InlineData("using (BeginPage()) { _ = {|MR2005:ReadAsync()|}; }")]
    [InlineData("using (Mine.ReadSession.Begin(Monotonic)) { _ = ReadAsync(); }")]
    public Task A_task_in_it_is_waited_for(string statements) =>
        VerifyWrapped($"public void M() {{ {statements} }} private Task<int> ReadAsync() => db.QueryFirstAsync<int>(\"select 1 from a\");");

    [Theory]
    [InlineData("public IQueryable<int> M(IQueryable<int> q) { using var s = Sessions.Begin(Monotonic); return {|MR2004:q|}; }")]
    [InlineData("public IQueryable<int> M(IQueryable<int> q) { using (Begin(Monotonic)) return {|MR2004:q|}; }")]
    [InlineData("public IQueryable<int> M(IQueryable<int> q) { using (BeginPage()) { return {|MR2004:q|}; } }")]
    [InlineData("public IEnumerable<int> M() { using var s = {|MR2004:Begin(Monotonic)|}; yield return 1; }")]
    [InlineData("public IQueryable<int> M(IQueryable<int> q) { using (Mine.ReadSession.Begin(Monotonic)) return q; }")]
    [InlineData("public IQueryable<int> M(IQueryable<int> q) { using (Ambient()) return q; }")]
    public Task What_leaves_it_is_told(string member) => VerifyWrapped(member);

    private static Task VerifyReads(string members) =>
        new MarkedSource(Source("Orders", members), ReadRules.References) { Disabled = ["MR1007"] }.VerifyAsync(new ReadRulesAnalyzer());

    private static Task VerifyWrapped(string members) =>
        new MarkedSource(
            Source("Orders : IOrders", members.Contains(" A()", StringComparison.Ordinal) ? members : members + " public int A() => 1;"),
            ReadRules.References
        )
        {
            Kind = OutputKind.DynamicallyLinkedLibrary,
        }.VerifyAsync(new WrapperRulesAnalyzer());

    private static string Source(string type, string members) =>
        $$"""
            using Sessions = MonotonicReads.ReadSession;
            using Levels = MonotonicReads.ReadConsistency;
            using static MonotonicReads.ReadSession;
            using static MonotonicReads.ReadConsistency;
            {{ReadRules.Usings}}
            namespace Mine { public sealed class ReadSession : IDisposable { public static ReadSession Begin(ReadConsistency c) => null; public void Dispose() { } } }
            public interface IOrders { int A(); }
            public static class Elsewhere
            {
                public static ReadSession BeginPage() => Sessions.Begin(Monotonic);
                public static ReadSession BeginPrimary() { var s = Begin(Levels.Primary); return s; }
                public static ReadSession BeginAt(ReadConsistency level) => ReadSession.Begin(level);
            }
            public class {{type}}
            {
                private readonly DbConnection db = null;
                private static ReadSession BeginPage() => ReadSession.Begin(ReadConsistency.Monotonic);
                private static ReadSession Ambient() => ReadSession.Current;
                {{members}}
            }
            """;
}
