using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Positions;

/// <summary>What servers write is read, and nothing else.</summary>
public class PositionTextTests
{
    private const string U = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string V = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Theory]
    [InlineData("", "")]
    [InlineData(" \n", "")]
    [InlineData(U + ":1", U + ":1")]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5", U + ":1-5")]
    [InlineData(U + ":1-5:11-18", U + ":1-5:11-18")]
    [InlineData(U + ":11-18:1-5:6", U + ":1-6:11-18")]
    [InlineData(V + ":1,\n" + U + ":3", U + ":3," + V + ":1")]
    [InlineData(U + ":1," + U + ":2", U + ":1-2")]
    [InlineData(U + ":7-3", "")]
    [InlineData("," + U + ":1,", U + ":1")]
    [InlineData(U + ":1-3:domain_1:5:7-8", U + ":1-3:domain_1:5:7-8")]
    [InlineData(U + ":Tag:1", U + ":tag:1")]
    [InlineData(U + ":b:1:a:2:3", U + ":a:2-3:b:1")]
    [InlineData(U + " : 1 - 5 ", U + ":1-5")]
    [InlineData(U + ":9223372036854775806", U + ":9223372036854775806")]
    public void A_set_is_read_and_written_canonically(string text, string canonical) =>
        Assert.Equal(canonical, MySqlGtidSet.Parse(text).ToString());

    [Theory]
    [InlineData(U, 36)]
    [InlineData(U + ":", 37)]
    [InlineData(U + ":0", 37)]
    [InlineData(U + ":9223372036854775807", 37)]
    [InlineData(U + ":1-", 39)]
    [InlineData(U + ":1-5;", 40)]
    [InlineData(U + ":1 2", 39)]
    [InlineData("3e11fa47-71ca-11e1-9e33:1", 0)]
    [InlineData(U + ":tag", 40)]
    [InlineData(U + ":tag:x", 41)]
    [InlineData(U + ":1#5", 38)]
    [InlineData("0-1-5", 0)]
    [InlineData(U + ":aaaaaaaaaabbbbbbbbbbccccccccccddd:1", 37)]
    public void What_is_no_set_is_refused_with_its_offset(string text, int offset)
    {
        var exception = Assert.Throws<FormatException>(() => MySqlGtidSet.Parse(text));

        Assert.Contains($"offset {offset}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Owned_transactions_are_read_without_their_threads() =>
        Assert.Equal(U + ":5-6:9", MySqlGtidSet.ParseLogged("", U + ":5#12:6#13:9#2").ToString());

    [Theory]
    [InlineData("", "")]
    [InlineData("0-1-2910", "0-1-2910")]
    [InlineData("1-1-7,0-1-2910", "0-1-2910,1-1-7")]
    [InlineData("0-2-6,0-1-5,0-2-4", "0-1-5,0-2-6")]
    [InlineData("0-1-6,0-2-6", "0-1-6,0-2-6")]
    [InlineData(" 0-1-5 , 1-2-3 ", "0-1-5,1-2-3")]
    [InlineData("4294967295-4294967295-18446744073709551615", "4294967295-4294967295-18446744073709551615")]
    public void A_list_is_read_and_written_canonically(string text, string canonical) =>
        Assert.Equal(canonical, MariaDbGtidList.Parse(text).ToString());

    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-1", 3)]
    [InlineData("0-1-", 4)]
    [InlineData("0-1-5,", 6)]
    [InlineData(",0-1-5", 0)]
    [InlineData("0-1-5 0-1-6", 6)]
    [InlineData("0-1--5", 4)]
    [InlineData("4294967296-1-5", 0)]
    [InlineData("0-1-18446744073709551616", 4)]
    [InlineData(U + ":1", 1)]
    public void What_is_no_list_is_refused_with_its_offset(string text, int offset)
    {
        var exception = Assert.Throws<FormatException>(() => MariaDbGtidList.Parse(text));

        Assert.Contains($"offset {offset}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0-1-5", "0-1-5", true)]
    [InlineData("0-1-6", "0-1-5", true)]
    [InlineData("0-1-6", "0-2-5", false)]
    [InlineData("0-1-5,0-2-9", "0-1-5", true)]
    [InlineData("0-1-5,0-2-9", "0-1-6", false)]
    [InlineData("0-1-5", "0-2-5", false)]
    [InlineData("0-1-5", "0-1-6", false)]
    [InlineData("0-1-5", "1-1-1", false)]
    [InlineData("0-1-5,1-1-1", "1-1-1", true)]
    public void A_list_contains_lower_numbers_of_its_domains_and_servers_and_no_others(string list, string other, bool contains) =>
        Assert.Equal(contains, MariaDbGtidList.Parse(list).Contains(MariaDbGtidList.Parse(other)));

    [Fact]
    public void Too_long_a_text_is_refused() =>
        Assert.Throws<FormatException>(() => MariaDbGtidList.Parse(new string(' ', ReplicationPosition.MaxTextLength + 1)));

    [Fact]
    public void What_a_server_says_of_itself_is_as_long_as_it_is()
    {
        var list = string.Join(',', Enumerable.Range(1, 10_000).Select(domain => $"{domain}-1-1"));
        var set = string.Join(',', Enumerable.Range(1, 2_000).Select(source => $"{new Guid(source, 0, 0, new byte[8])}:1-5"));
        Assert.All([list, set], text => Assert.True(text.Length > ReplicationPosition.MaxTextLength));
        Assert.Equal(list, MariaDbProtocol.Instance.Parse(list).ToString());
        Assert.Equal(set, MySqlProtocol.Instance.Parse(set).ToString());
        Assert.Throws<FormatException>(() => MariaDbGtidList.Parse(list));
        Assert.Throws<FormatException>(() => MySqlGtidSet.Parse(set));
    }

    [Fact]
    public void Kinds_do_not_mix()
    {
        ReplicationPosition list = MariaDbGtidList.Parse("0-1-5");
        ReplicationPosition set = MySqlGtidSet.Parse(U + ":1");

        Assert.False(list.Equals(set));
        Assert.False(MariaDbGtidList.Empty.Equals(MySqlGtidSet.Empty));
        Assert.Throws<ArgumentException>(() => list.Contains(set));
        Assert.Throws<ArgumentException>(() => set.Union(list));
        Assert.Throws<ArgumentNullException>(() => set.Contains(null!));
    }
}
