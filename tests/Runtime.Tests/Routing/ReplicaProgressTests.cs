using Microsoft.Data.Sqlite;
using MonotonicReads.Choosing;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Routing;

public sealed class ReplicaProgressTests : IDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(500);

    private readonly ManualTime _time = new();
    private readonly System.Data.Common.DbDataSource _driver = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
    private readonly RoutedServer _primary;
    private readonly RoutedServer _replica;
    private readonly ReplicaProgress _progress;

    public ReplicaProgressTests()
    {
        _primary = new RoutedServer("primary", new ConnectionPool(_driver), isPrimary: true);
        _replica = new RoutedServer("r", new ConnectionPool(_driver), isPrimary: false);
        _progress = new ReplicaProgress(_primary, _time);
    }

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void One_of_which_nothing_is_known_is_waited_for()
    {
        Write(1);
        Pass(2000);
        Write(2);
        Assert.False(IsTooLate(2));
    }

    [Fact]
    public void One_that_was_behind_by_more_than_the_budget_is_not_waited_for()
    {
        Write(1, 2, 3, 4, 5, 6, 7, 8); // 800 ms
        Reaches(1);
        Assert.True(IsTooLate(8));
        Assert.False(_progress.IsTooLate(_replica, At(8), TimeSpan.FromMilliseconds(900)));

        // What is as old as it is behind comes in time.
        Pass(100);
        Reaches(2);
        Assert.False(IsTooLate(4));
    }

    [Fact]
    public void One_that_was_behind_by_less_is_waited_for()
    {
        Write(1, 2, 3, 4);
        Reaches(1);
        Assert.False(IsTooLate(4));
    }

    [Fact]
    public void What_it_had_reached_is_there_whatever_else_is_known()
    {
        Write(1, 2, 3, 4, 5, 6, 7, 8);
        Reaches(1);
        Assert.False(IsTooLate(1));
    }

    [Fact]
    public void After_a_while_somebody_looks_again()
    {
        Write(1, 2, 3, 4, 5, 6, 7, 8);
        Reaches(1);
        Assert.True(IsTooLate(8));
        Pass(1100);
        Write(9);
        Assert.False(IsTooLate(9));
    }

    [Fact]
    public void What_another_run_of_the_primary_had_says_nothing()
    {
        Write(1, 2, 3, 4, 5, 6, 7, 8);
        Reaches(1);
        _primary.NewIncarnation();
        Write(9);
        Assert.False(IsTooLate(9));
    }

    [Fact]
    public void More_moments_than_are_kept_tell_of_the_last_ones()
    {
        Write([.. Enumerable.Range(1, 1000)]);
        Reaches(100);
        Assert.True(IsTooLate(1000));
        Reaches(998);
        Assert.False(IsTooLate(1000));
    }

    /// <summary>Of a position that nobody asked the primary for, only that it is younger is known.</summary>
    [Fact]
    public void What_was_written_elsewhere_may_be_old()
    {
        Write(1, 2, 3, 4, 5, 6, 7, 8);
        Pass(600);
        Reaches(1); // 1,300 ms behind
        Assert.True(_progress.IsTooLate(_replica, At(9), TimeSpan.FromMilliseconds(590)));
        Assert.False(_progress.IsTooLate(_replica, At(9), TimeSpan.FromMilliseconds(610)));
    }

    /// <summary>Nothing compares them: it has what the primary never had, and lacks all that is known.</summary>
    [Fact]
    public void One_that_has_nothing_of_the_primarys_need_not_be_behind()
    {
        Write(1, 2, 3, 4, 5, 6, 7, 8);
        _replica.Learn(MariaDbGtidList.Parse("0-7-100"), _replica.Incarnation, _time.GetTimestamp());
        Assert.False(IsTooLate(8));
    }

    [Fact]
    public void One_that_is_further_behind_than_all_that_is_kept_is_late()
    {
        Write([.. Enumerable.Range(1, 1000)]);
        Reaches(1);
        Assert.True(IsTooLate(1000));
    }

    /// <summary>An answer that came from the one before it.</summary>
    [Fact]
    public void What_a_former_run_of_the_primary_had_is_not_noted()
    {
        var before = _primary.Incarnation;
        _primary.NewIncarnation();
        foreach (var number in Enumerable.Range(1, 8))
        {
            _progress.PrimaryHas(At(number), before);
            Pass(100);
        }

        Reaches(1);
        Assert.False(IsTooLate(8));
    }

    [Fact]
    public void Nor_is_what_was_noted_believed_once_there_is_another_run()
    {
        Write(1, 2, 3, 4, 5, 6, 7, 8);
        Reaches(1);
        Assert.True(IsTooLate(8));
        _primary.NewIncarnation();
        Assert.False(IsTooLate(8));
    }

    /// <summary>Several domains: what a connection wrote says nothing of the others.</summary>
    [Fact]
    public void What_was_written_in_one_domain_does_not_hide_the_others()
    {
        foreach (var number in Enumerable.Range(1, 8))
        {
            _progress.PrimaryHas(MariaDbGtidList.Parse($"{number % 2}-1-{number}"), _primary.Incarnation);
            Pass(100);
        }

        _replica.Learn(MariaDbGtidList.Parse("0-1-2,1-1-1"), _replica.Incarnation, _time.GetTimestamp());
        Assert.True(_progress.IsTooLate(_replica, MariaDbGtidList.Parse("0-1-8"), TimeSpan.FromMilliseconds(350)));
        Assert.False(_progress.IsTooLate(_replica, MariaDbGtidList.Parse("0-1-8"), Budget));
    }

    private void Write(params int[] numbers)
    {
        foreach (var number in numbers)
        {
            _progress.PrimaryHas(At(number), _primary.Incarnation);
            Pass(100);
        }
    }

    private void Reaches(int number) => _replica.Learn(At(number), _replica.Incarnation, _time.GetTimestamp());

    private bool IsTooLate(int number) => _progress.IsTooLate(_replica, At(number), Budget);

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private static MariaDbGtidList At(int number) => MariaDbGtidList.Parse($"0-1-{number}");
}
