using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>What cannot be run again gets a policy that goes on in its session, where that is declared.</summary>
public class OtherPolicyTests
{
    private const string Body = "int Load() => ++_n + ";

    [Theory]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)]", "[Monotonic(OnReplicaLoss = ReplicaLoss.{0})]")]
    [InlineData(
        "[Monotonic(Key = \"a\", OnReplicaLoss = /* as ever */ ReplicaLoss . Restart)]",
        "[Monotonic(Key = \"a\", OnReplicaLoss = /* as ever */ ReplicaLoss . {0})]"
    )]
    [InlineData(
        "[Causal(OnReplicaLoss = MonotonicReads.ReplicaLoss.Restart, Reads = 2)]",
        "[Causal(OnReplicaLoss = MonotonicReads.ReplicaLoss.{0}, Reads = 2)]"
    )]
    public async Task The_policy_is_written_anew(string before, string after)
    {
        foreach (var (key, policy) in new[] { (OtherPolicyFix.CaughtUpKey, "CaughtUp"), (OtherPolicyFix.PrimaryKey, "Primary") })
        {
            await MendsAsync(Orders(before), "MR1011", key, Orders(after.Replace("{0}", policy, StringComparison.Ordinal)));
        }

        static string Orders(string annotation) =>
            $"public class Orders(IDbConnection db)\n{{\n    private int _n;\n    {annotation}\n    public virtual int Load(int a) => ++_n + {A} + {B};\n}}\n";
    }

    [Fact]
    public async Task One_annotation_of_several_members_in_another_file_is_changed_once()
    {
        const string Contract = "[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public interface IOrders { int A(); int B(); }\n";
        var project = Project(
            ("IOrders.cs", Usings + Contract),
            (
                "Orders.cs",
                Usings
                    + $"public class Orders(IDbConnection db) : IOrders {{ private int _n; public int A() => ++_n; public int B() => --_n + {A}; }}\n"
            )
        );
        Assert.Equal(2, (await FindingsAsync(project)).Count(static d => d.Id == "MR1011"));
        var solution = await AllAsync(project, "MR1011", OtherPolicyFix.PrimaryKey, FixAllScope.Project);
        var mended = solution.GetProject(project.Id)!;
        Assert.Equal(
            Usings + Contract.Replace("Restart", "Primary", StringComparison.Ordinal),
            (await mended.Documents.Single(static d => d.Name == "IOrders.cs").GetTextAsync()).ToString()
        );
        Assert.DoesNotContain(await FindingsAsync(mended), static d => d.Id == "MR1011");
    }

    [Fact]
    public async Task Recursion_is_looked_at_once_and_neither_half_is_taken_for_proved()
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + "public class Orders { private int _n; [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public virtual int A(int n) { if (n > 0) B(n - 1); return ++_n; } "
                    + "[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public virtual int B(int n) => A(n); }\n"
            )
        );
        Assert.Equal(2, (await FindingsAsync(project)).Count(static d => d.Id == "MR1011"));
    }

    [Fact]
    public async Task A_policy_that_is_a_constant_stays()
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + "public class Orders { private const ReplicaLoss Ours = ReplicaLoss.Restart; private int _n; [Monotonic(OnReplicaLoss = Ours)] public virtual "
                    + Body
                    + "1; }\n"
            )
        );
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR1011");
        Assert.Empty(await KeysAsync(project, "MR1011"));
    }
}
