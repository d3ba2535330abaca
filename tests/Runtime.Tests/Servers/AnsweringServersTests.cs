using Microsoft.Data.Sqlite;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Servers;

/// <summary>Who is down, where a proxy lets another server answer for it.</summary>
public class AnsweringServersTests
{
    private readonly AnsweringServers _servers = new();
    private readonly RoutedServer _primary = Server("primary", isPrimary: true);
    private readonly RoutedServer _one = Server("r1");
    private readonly RoutedServer _two = Server("r2");
    private readonly RoutedServer _three = Server("r3");

    [Fact]
    public void Who_answers_with_anothers_ids_is_down_until_it_answers_with_its_own()
    {
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.True(_servers.IsItself(_two, "2"));
        Assert.False(_servers.IsItself(_two, "1"));
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.False(_servers.IsItself(_two, "1"));
        Assert.True(_servers.IsItself(_two, "2"));
    }

    [Fact]
    public void One_that_was_down_when_it_was_asked_first_loses_what_it_took_for_its_own()
    {
        AddThree();
        Assert.True(_servers.IsItself(_two, "1"));
        Assert.False(_servers.IsItself(_one, "1"));
        Assert.True(_servers.IsItself(_three, "3"));
        Assert.False(_servers.IsItself(_two, "3"));
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.False(_servers.IsItself(_two, "1"));
        Assert.True(_servers.IsItself(_two, "2"));
    }

    /// <summary>Either of two may be the one that is down: the healthy one is not the one that is taken out for it.</summary>
    [Fact]
    public void Two_that_answer_alike_from_the_start_are_both_in_doubt_until_one_answers_otherwise()
    {
        AddThree();
        Assert.True(_servers.IsItself(_one, "2"));
        Assert.False(_servers.IsItself(_two, "2"));
        Assert.True(_one.IsAnsweredByOther);
        Assert.False(_servers.IsItself(_one, "2"));
        Assert.False(_servers.IsItself(_two, "2"));
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.True(_servers.IsItself(_two, "2"));
        Assert.False(_servers.IsItself(_one, "2"));
        Assert.True(_servers.IsItself(_two, "2"));
    }

    [Fact]
    public void Of_two_the_one_that_is_up_answers_for_both_until_the_other_is_back()
    {
        _servers.Add(_one);
        _servers.Add(_two);
        _servers.Add(_primary);
        Assert.True(_servers.IsItself(_one, "2"));
        Assert.True(_servers.IsItself(_two, "2"));
        Assert.True(_servers.IsItself(_one, "2"));
        Assert.True(_servers.IsItself(_primary, "0"));
        Assert.False(_servers.IsItself(_one, "0"));
        Assert.True(_servers.IsItself(_two, "2"));
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.False(_servers.IsItself(_one, "2"));
    }

    [Fact]
    public void Who_has_long_answered_with_its_ids_is_not_in_doubt_because_of_a_new_one_that_is_down()
    {
        AddThree();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(_servers.IsItself(_one, "1"));
        }

        Assert.False(_servers.IsItself(_two, "1"));
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.True(_servers.IsItself(_two, "2"));
    }

    [Fact]
    public void Who_has_ids_of_its_own_takes_nobodys()
    {
        Assert.True(_servers.IsItself(_two, "2"));
        Assert.True(_servers.IsItself(_three, "3"));
        Assert.False(_servers.IsItself(_two, "3"));
        Assert.False(_servers.IsItself(_three, "2"));
        Assert.True(_servers.IsItself(_two, "2"));
    }

    [Fact]
    public void The_primary_is_who_answers_for_it()
    {
        Assert.True(_servers.IsItself(_one, "0"));
        Assert.True(_servers.IsItself(_primary, "0"));
        Assert.False(_servers.IsItself(_one, "0"));
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.True(_servers.IsItself(_primary, "1"));
    }

    [Fact]
    public void A_server_that_was_replaced_has_other_ids_and_one_that_was_removed_has_none()
    {
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.True(_servers.IsItself(_one, "9"));
        Assert.True(_servers.IsItself(_two, "1"));
        _servers.Forget(_two);
        Assert.True(_servers.IsItself(_two, "1"));
        Assert.True(_servers.IsItself(_three, "1"));
    }

    private void AddThree()
    {
        _servers.Add(_one);
        _servers.Add(_two);
        _servers.Add(_three);
    }

    private static RoutedServer Server(string name, bool isPrimary = false) =>
        new(name, new ConnectionPool(SqliteFactory.Instance.CreateDataSource("Data Source=:memory:")), isPrimary);
}
