using System.Data;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Routing;

public class ConnectionClosingTests
{
    [Fact]
    public void A_connection_that_is_closed_while_it_is_opened_is_closed()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.CreateConnection();
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Opening = connection.Close;
        }

        Assert.Throws<InvalidOperationException>(connection.Open);
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Throws<InvalidOperationException>(() => connection.Inner);
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Opening = null;
        }

        connection.Open();
        Assert.Contains(SqliteReplicaSet.AskOn(connection), set.ReplicaNames);
    }
}
