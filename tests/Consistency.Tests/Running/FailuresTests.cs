using System.Data.Common;
using MonotonicReads.Consistency.Workload;

namespace MonotonicReads.Consistency.Tests.Running;

/// <summary>Which exceptions may reach a caller.</summary>
public sealed class FailuresTests
{
    [Fact]
    public void The_drivers_own_may() => Assert.True(Failures.IsAllowed(new OfADriver(), wasCancelled: false, isFresh: false));

    [Fact]
    public void One_that_no_caller_can_name_may_not() =>
        Assert.False(Failures.IsAllowed(new Hidden(), wasCancelled: false, isFresh: false));

    [Fact]
    public void Nor_may_what_says_nothing_of_a_database()
    {
        Assert.False(Failures.IsAllowed(new TimeoutException(), wasCancelled: false, isFresh: false));
        Assert.False(
            Failures.IsAllowed(
                new InvalidOperationException("Connection must be Open; current state is Broken"),
                wasCancelled: false,
                isFresh: false
            )
        );
        Assert.False(Failures.IsAllowed(new IOException("not from the driver"), wasCancelled: false, isFresh: false));
    }

    [Fact]
    public void An_end_that_was_asked_for_may()
    {
        Assert.True(Failures.IsAllowed(new OperationCanceledException(), wasCancelled: true, isFresh: false));
        Assert.False(Failures.IsAllowed(new OperationCanceledException(), wasCancelled: false, isFresh: false));
    }

    public sealed class OfADriver : DbException;

    private sealed class Hidden : DbException;
}
