using MonotonicReads.Choosing;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Routing;

public class ReplicaTableTests
{
    private readonly ReplicaTable _table = new([
        .. Enumerable
            .Range(1, 100)
            .Select(number => (new RoutedServer($"r{number}", new ConnectionPool(new SilentSource()), false), number)),
    ]);

    [Fact]
    public void The_list_of_those_that_are_there_is_kept_while_one_is_out()
    {
        var first = Without("r7");
        Assert.Equal("r7", Assert.Single(first, replica => !replica.IsAvailable).Name);
        Assert.Equal(_table.AllAvailable.Select(replica => replica.Weight), first.Select(replica => replica.Weight));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var next = Without("r7");
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Same(first, next);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Another_that_is_out_is_another_list_and_nobody_writes_to_the_one_before()
    {
        var first = Without("r7");
        var second = Without("r8");
        Assert.Equal("r8", Assert.Single(second, replica => !replica.IsAvailable).Name);
        Assert.Equal("r7", Assert.Single(first, replica => !replica.IsAvailable).Name);
        Assert.All(_table.AllAvailable, replica => Assert.True(replica.IsAvailable));
    }

    [Fact]
    public void When_all_are_back_it_is_the_list_of_all()
    {
        Assert.Same(_table.AllAvailable, Without("nobody"));
        Without("r7");
        Assert.Same(_table.AllAvailable, Without("nobody"));
    }

    /// <summary>One session that avoids a replica does not take the list away from all others.</summary>
    [Fact]
    public void What_one_session_sees_is_not_kept()
    {
        var ofAll = Without("r7");
        var ofOne = Without("r8", isForAll: false);
        Assert.Equal("r8", Assert.Single(ofOne, replica => !replica.IsAvailable).Name);
        Assert.NotSame(ofOne, Without("r8", isForAll: false));
        Assert.Same(ofAll, Without("r7"));
    }

    private WeightedReplica[] Without(string name, bool isForAll = true) =>
        _table.Available(static (replica, out_) => replica.Name != out_, name, isForAll);

    private sealed class SilentSource : System.Data.Common.DbDataSource
    {
        public override string ConnectionString => "";

        protected override System.Data.Common.DbConnection CreateDbConnection() => throw new NotSupportedException();
    }
}
