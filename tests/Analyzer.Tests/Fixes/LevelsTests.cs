using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>A read after a write needs more than one replica: the session waits for its writes, or reads where they are.</summary>
public class LevelsTests
{
    private const string Key = DeclareConsistencyFix.EquivalenceKey;
    private const string Body = $"(IDbConnection db) {{ {Write}; return {A}; }}";

    [Theory]
    [InlineData("Causal")]
    [InlineData("Primary")]
    [InlineData("Global")]
    public Task A_method_that_a_wrapper_reaches_is_annotated(string level) =>
        MendsAsync(
            $"public class Orders\n{{\n    public virtual int Load{Body}\n}}\n",
            "MR1003",
            $"{Key}.{level}",
            $"public class Orders\n{{\n    [{level}]\n    public virtual int Load{Body}\n}}\n"
        );

    [Theory]
    [InlineData("Causal")]
    [InlineData("Primary")]
    [InlineData("Global")]
    public Task Another_begins_a_session(string level) =>
        MendsAsync(
            $"public class Orders\n{{\n    public static int Load{Body}\n}}\n",
            "MR1003",
            $"{Key}.{level}",
            $"public class Orders\n{{\n    public static int Load{Body.Replace("{ ", $"{{ using var session = ReadSession.Begin(ReadConsistency.{level}); ", StringComparison.Ordinal)}\n}}\n"
        );

    [Theory]
    [InlineData("[Monotonic]", "[Causal]", "Causal")]
    [InlineData("[Monotonic, Obsolete]", "[Primary, Obsolete]", "Primary")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Fail)]", "[Global(OnReplicaLoss = ReplicaLoss.Fail)]", "Global")]
    [InlineData("[MonotonicReads.Monotonic(Reads = 1)]", "[MonotonicReads.Causal(Reads = 1)]", "Causal")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Fail)]", "[Causal(OnReplicaLoss = ReplicaLoss.Fail)]", "Causal")]
    public Task A_weaker_annotation_becomes_a_stronger_one(string before, string after, string level) =>
        MendsAsync(
            $"public class Orders\n{{\n    {before} // kept\n    public virtual int Load{Body}\n}}\n",
            "MR1003",
            $"{Key}.{level}",
            $"public class Orders\n{{\n    {after} // kept\n    public virtual int Load{Body}\n}}\n"
        );

    [Theory]
    [InlineData("[Monotonic(Key = \"id\")]")]
    [InlineData("[Monotonic(Snapshot = true)]")]
    public async Task One_that_says_what_the_stronger_cannot_say_stays(string annotation)
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public class Orders\n{{\n    {annotation}\n    public virtual int Load{Body.Replace("db)", "db, int id)", StringComparison.Ordinal)}\n}}\n"
            )
        );
        Assert.DoesNotContain(await KeysAsync(project, "MR1003"), static k => k.StartsWith(Key, StringComparison.Ordinal));
    }

    /// <summary>[Global] knows no staleness: it would not compile. [Causal] does.</summary>
    [Fact]
    public async Task Only_what_the_stronger_one_knows_is_kept()
    {
        const string Annotation = "[Monotonic(MaxStalenessMilliseconds = 100)]";
        var project = Project(
            ("Orders.cs", Usings + $"public class Orders\n{{\n    {Annotation}\n    public virtual int Load{Body}\n}}\n")
        );
        Assert.Equal(
            [Key + ".Causal"],
            (await KeysAsync(project, "MR1003")).Where(static k => k.StartsWith(Key, StringComparison.Ordinal))
        );
        await MendsAsync(
            $"public class Orders\n{{\n    {Annotation}\n    public virtual int Load{Body}\n}}\n",
            "MR1003",
            Key + ".Causal",
            $"public class Orders\n{{\n    {Annotation.Replace("Monotonic", "Causal", StringComparison.Ordinal)}\n    public virtual int Load{Body}\n}}\n"
        );
    }

    [Fact]
    public Task A_weaker_session_becomes_a_stronger_one() =>
        MendsAsync(
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        using var s = ReadSession.Begin(ReadConsistency.Monotonic);\n        {Write};\n        return {A};\n    }}\n}}\n",
            "MR1003",
            Key + ".Causal",
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        using var s = ReadSession.Begin(ReadConsistency.Causal);\n        {Write};\n        return {A};\n    }}\n}}\n"
        );

    private const string Read = "        using (var s = ReadSession.Begin(ReadConsistency.Monotonic)) return " + A + ";\n";

    [Fact]
    public Task A_session_that_does_not_hold_the_write_is_left_as_it_is_and_one_is_begun_around_both() =>
        MendsAsync(
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        {Write};\n{Read}    }}\n}}\n",
            "MR1003",
            Key + ".Causal",
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        using var session = ReadSession.Begin(ReadConsistency.Causal);\n        {Write};\n{Read}    }}\n}}\n"
        );

    [Theory]
    [InlineData("Monotonic")]
    [InlineData("Causal")]
    public Task On_the_primary_it_need_not_hold_the_write(string level) =>
        MendsAsync(
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        {Write};\n{Read.Replace("Monotonic", level, StringComparison.Ordinal)}    }}\n}}\n",
            "MR1003",
            Key + ".Primary",
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        {Write};\n{Read.Replace("Monotonic", "Primary", StringComparison.Ordinal)}    }}\n}}\n"
        );

    [Fact]
    public Task Another_session_of_the_method_stays_what_it_is() =>
        MendsAsync(
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        using (ReadSession.Begin(ReadConsistency.Monotonic)) _ = {A};\n        using var s = ReadSession.Begin(ReadConsistency.Monotonic);\n        {Write};\n        return {A};\n    }}\n}}\n",
            "MR1003",
            Key + ".Causal",
            $"public class Orders\n{{\n    static int Load(IDbConnection db)\n    {{\n        using (ReadSession.Begin(ReadConsistency.Monotonic)) _ = {A};\n        using var s = ReadSession.Begin(ReadConsistency.Causal);\n        {Write};\n        return {A};\n    }}\n}}\n"
        );

    [Fact]
    public async Task A_session_of_each_iteration_is_not_made_causal_for_the_one_before()
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public class Orders {{ static void Load(IDbConnection db) {{ using (var first = ReadSession.Begin(ReadConsistency.Monotonic)) {{ }} foreach (var i in new[] {{ 1 }}) {{ using var s = ReadSession.Begin(ReadConsistency.Monotonic); _ = {A}; {Write}; }} }} }}\n"
            )
        );
        var finding = (await FindingsAsync(project)).Single(static d => d.Id == "MR1003");
        var action = (await OffersAsync(project, finding)).Single(static a => a.EquivalenceKey == Key + ".Causal");
        Assert.Contains("begin a causal session", action.Title, StringComparison.Ordinal);
        Assert.DoesNotContain(await FindingsAsync((await ApplyAsync(action)).GetProject(project.Id)!), static d => d.Id == "MR1003");
    }

    [Fact]
    public async Task A_read_after_a_read_is_offered_one_replica_and_a_read_after_a_write_is_not()
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public class Orders {{ public virtual int Load{Body} public virtual int Page(IDbConnection db) => {A} + {B}; }}\n"
            )
        );
        Assert.Equal(
            [Key],
            (await KeysAsync(project, "MR1001")).Where(static k =>
                k.StartsWith(Key, StringComparison.Ordinal) && !k.Contains(".On", StringComparison.Ordinal)
            )
        );
        Assert.Equal(
            [Key + ".Causal", Key + ".Primary", Key + ".Global"],
            (await KeysAsync(project, "MR1003")).Where(static k =>
                k.StartsWith(Key, StringComparison.Ordinal) && !k.Contains(".On", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public Task The_caller_of_a_global_method_on_this_is_annotated() =>
        MendsAsync(
            $"public interface IOrders {{ int Load(IDbConnection db); int Twice(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    [Global] public int Load(IDbConnection db) => {A} + {B};\n    public int Twice(IDbConnection db) => 2 * Load(db);\n}}\n",
            "MR2003",
            Key + ".Global",
            $"public interface IOrders {{ int Load(IDbConnection db); int Twice(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    [Global] public int Load(IDbConnection db) => {A} + {B};\n    [Global]\n    public int Twice(IDbConnection db) => 2 * Load(db);\n}}\n"
        );

    [Fact]
    public Task The_caller_of_an_annotated_method_on_this_is_annotated() =>
        MendsAsync(
            $"public interface IOrders {{ int Load(IDbConnection db); int Twice(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    [Causal] public int Load(IDbConnection db) => {A} + {B};\n    public int Twice(IDbConnection db) => 2 * Load(db);\n}}\n",
            "MR2003",
            Key + ".Causal",
            $"public interface IOrders {{ int Load(IDbConnection db); int Twice(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    [Causal] public int Load(IDbConnection db) => {A} + {B};\n    [Causal]\n    public int Twice(IDbConnection db) => 2 * Load(db);\n}}\n"
        );

    [Fact]
    public Task A_caller_that_no_wrapper_reaches_begins_a_session() =>
        MendsAsync(
            $"public interface IOrders {{ int Load(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    [Primary] public int Load(IDbConnection db) => {A} + {B};\n    internal int Twice(IDbConnection db)\n    {{\n        return 2 * Load(db);\n    }}\n}}\n",
            "MR2003",
            Key + ".Primary",
            $"public interface IOrders {{ int Load(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    [Primary] public int Load(IDbConnection db) => {A} + {B};\n    internal int Twice(IDbConnection db)\n    {{\n        using var session = ReadSession.Begin(ReadConsistency.Primary);\n        return 2 * Load(db);\n    }}\n}}\n"
        );
}
