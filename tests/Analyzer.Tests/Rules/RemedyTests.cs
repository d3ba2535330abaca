using MonotonicReads.Analyzer.Tests.Fixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>What a message advises does not lead into MR2001, and holds the reads.</summary>
public class RemedyTests
{
    private const string Body = $"(IDbConnection db) => {A} + {B};";
    private const string Annotated = "[Monotonic] int Other(IDbConnection db);";

    [Theory]
    [InlineData("public class Orders { public virtual int Load" + Body + " }", "declare [Monotonic]")]
    [InlineData("public class Orders { public int Load" + Body + " }", "begin a ReadSession")]
    // Its wrapper stands behind the interface, which does not declare the method.
    [InlineData(
        "interface I { "
            + Annotated
            + " }\npublic class Orders : I { public int Other(IDbConnection db) => 1; public virtual int Load"
            + Body
            + " }",
        "begin a ReadSession"
    )]
    [InlineData(
        "interface I { "
            + Annotated
            + " int Load(IDbConnection db); }\npublic class Orders : I { public int Other(IDbConnection db) => 1; public int Load"
            + Body
            + " }",
        "declare [Monotonic]"
    )]
    // The wrapper's name is taken, its constructor cannot be called.
    [InlineData("public class ConsistentOrders { }\npublic class Orders { public virtual int Load" + Body + " }", "begin a ReadSession")]
    [InlineData("public class Orders { private Orders() { } public virtual int Load" + Body + " }", "begin a ReadSession")]
    [InlineData("public abstract class Orders { public virtual int Load" + Body + " }", "declare [Monotonic]")]
    // A session in the body would end before the reads, or be left open between them.
    [InlineData(
        "public class Orders { public Task Load(IDbConnection db) { db.QueryFirst<int>(\"SELECT a FROM t\"); return db.QueryAsync(\"SELECT b FROM t\"); } }",
        "make it async and begin a ReadSession"
    )]
    [InlineData(
        "public class Orders { public async Task Load(IDbConnection db) { await db.QueryAsync(\"SELECT a FROM t\"); await db.QueryAsync(\"SELECT b FROM t\"); } }",
        "begin a ReadSession"
    )]
    [InlineData(
        "public class Orders { public IEnumerable<int> Load(IDbConnection db) { yield return " + A + "; yield return " + B + "; } }",
        "begin a ReadSession where its result is enumerated"
    )]
    public async Task A_remedy_works(string code, string remedy)
    {
        var project = Project(("Orders.cs", Usings + code + "\n"));
        await CompilesAsync(project);
        var finding = (await FindingsAsync(project)).Single(static d => d.Id == "MR1001");
        Assert.EndsWith("; " + remedy, finding.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (remedy == "declare [Monotonic]")
        {
            var declared = Project(
                (
                    "Orders.cs",
                    Usings + code.Replace("public virtual int Load", "[Monotonic] public virtual int Load", StringComparison.Ordinal) + "\n"
                )
            );
            Assert.DoesNotContain(await FindingsAsync(declared), static d => d.Id == "MR2001");
        }
    }
}
