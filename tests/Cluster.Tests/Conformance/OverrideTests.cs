using System.Data.Common;
using System.Reflection;
using MonotonicReads.AdoNet;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>
/// Whatever the driver does its own way instead of as the base class does, the wrapper passes on to it: a member that were left out
/// would fall back to the base class, whose asynchronous members block.
/// </summary>
public sealed class OverrideTests
{
    // What the wrapper need not override, and why.
    private static readonly Dictionary<string, string> LeftOut = new()
    {
        ["PrimaryDataSource.Dispose"] = "Disposing of it does nothing: the pools are those of the data source that it belongs to.",
        ["PrimaryDataSource.DisposeAsyncCore"] = "Disposing of it does nothing: the pools are those of the data source that it belongs to.",
    };

    public static TheoryData<Type, Type> Pairs { get; } =
        new()
        {
            { typeof(MySqlConnection), typeof(ReplicatedConnection) },
            { typeof(MySqlCommand), typeof(ReplicatedCommand) },
            { typeof(MySqlTransaction), typeof(ReplicatedTransaction) },
            { typeof(MySqlBatch), typeof(ReplicatedBatch) },
            { typeof(MySqlBatchCommand), typeof(ReplicatedBatchCommand) },
            { typeof(MySqlBatchCommandCollection), typeof(ReplicatedBatchCommands) },
            { typeof(MySqlDataSource), typeof(ReplicatedDataSource) },
            { typeof(MySqlDataSource), typeof(PrimaryDataSource) },
            { typeof(MySqlConnectorFactory), typeof(ReplicatedProviderFactory) },
        };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_wrapper_overrides_what_the_driver_overrides(Type driver, Type wrapper)
    {
        var own = Overrides(wrapper).ToHashSet();
        var missing = Overrides(driver).Where(member => !own.Contains(member) && !LeftOut.ContainsKey($"{wrapper.Name}.{member.Name}"));
        Assert.Empty(missing.Select(member => $"{member.DeclaringType!.Name}: {member}"));
    }

    [Fact]
    public void Each_member_that_is_left_out_is_one_of_the_drivers()
    {
        foreach (var name in LeftOut.Keys)
        {
            var isOne = Pairs.Any(pair =>
                name.StartsWith(((Type)pair[1]).Name + ".", StringComparison.Ordinal)
                && Overrides((Type)pair[0]).Any(member => name.EndsWith("." + member.Name, StringComparison.Ordinal))
            );
            Assert.True(isOne, name);
        }
    }

    // The members of System.* base classes that a type, or one between, overrides.
    private static IEnumerable<MethodInfo> Overrides(Type type) =>
        type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(method =>
                method.IsVirtual
                && !method.IsPrivate
                && IsOfTheFramework(method.GetBaseDefinition().DeclaringType!)
                && !IsOfTheFramework(method.DeclaringType!)
            )
            .Select(method => method.GetBaseDefinition());

    private static bool IsOfTheFramework(Type type) =>
        type.Assembly == typeof(DbConnection).Assembly
        || type.Assembly == typeof(object).Assembly
        || type.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal);
}
