namespace MonotonicReads.Runtime.Tests.Positions;

/// <summary>What MariaDB's own variables say of what a server has, shows and lacks.</summary>
public class MariaDbHistoryTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "0-1-7", "0-1-7")]
    [InlineData("0-1-7", "0-1-7", "0-1-7")]
    [InlineData("0-2-9", "0-1-7", "0-2-9")]
    [InlineData("0-2-7", "0-1-7", "0-1-7,0-2-7")]
    [InlineData("0-2-9", "1-1-7", "0-2-9,1-1-7")]
    public void What_a_read_saw_is_the_last_of_each_domain(string logged, string applied, string seen) =>
        Assert.Equal(seen, MariaDbGtidList.Seen(logged, applied).ToString());

    [Theory]
    [InlineData("", "0-1-5", "")]
    [InlineData("0-1-5", "", "0-1-5")]
    [InlineData("0-2-9", "0-1-5,0-2-12", "0-1-5,0-2-9")]
    [InlineData("0-2-9", "0-1-5,0-2-8,0-3-20", "0-1-5,0-2-9,0-3-9")]
    [InlineData("0-2-9", "1-1-5", "0-2-9")]
    public void What_is_reached_is_logged_and_not_above_what_was_applied(string applied, string state, string reached) =>
        Assert.Equal(reached, MariaDbGtidList.Reached(applied, state).ToString());

    [Theory]
    [InlineData("0-1-5", "0-1-5", "", false)]
    [InlineData("0-1-5", "0-1-7,0-2-9", "", false)]
    [InlineData("0-1-7", "0-1-5,0-2-9", "0-1-5", true)]
    [InlineData("0-1-5,0-3-6", "0-1-9", "", true)]
    [InlineData("0-1-5,0-3-6", "0-1-5,0-2-9", "0-1-5", true)]
    [InlineData("0-1-5,1-3-1", "0-1-5", "", true)]
    [InlineData("0-1-7,0-3-4", "0-2-8", "0-1-7", false)]
    [InlineData("0-1-7,0-3-9", "0-2-8", "0-1-7", true)]
    public void A_replica_holds_more_where_the_other_does_not_know_it_and_would(string held, string state, string applied, bool hasMore) =>
        Assert.Equal(hasMore, MariaDbGtidList.Logged(held, "").HasMoreThan(state, applied));
}
