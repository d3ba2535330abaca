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
        Assert.True(_servers.IsItself(_two, "1"));
        Assert.False(_servers.IsItself(_one, "1"));
        Assert.True(_servers.IsItself(_three, "3"));
        Assert.False(_servers.IsItself(_two, "3"));
        Assert.True(_servers.IsItself(_one, "1"));
        Assert.False(_servers.IsItself(_two, "1"));
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

    private static RoutedServer Server(string name, bool isPrimary = false) =>
        new(name, new ConnectionPool(SqliteFactory.Instance.CreateDataSource("Data Source=:memory:")), isPrimary);
}
