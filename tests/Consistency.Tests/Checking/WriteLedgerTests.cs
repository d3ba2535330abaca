using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Tests.Checking;

/// <summary>No write is executed twice.</summary>
public sealed class WriteLedgerTests
{
    private readonly WriteLedger _ledger = new();

    [Fact]
    public void A_write_that_a_server_has_twice_is_told()
    {
        _ledger.Add("n1", [(new Link(2, 7, 1), 3), (new Link(3, 7, 7), 3)]);
        Assert.Equal(["write 7 is on n1 twice", "write 7 has the numbers 2, 3"], Tell());
    }

    [Fact]
    public void So_is_one_that_was_executed_again_after_a_failover()
    {
        _ledger.Add("n1", [(new Link(3, 7, 2), 3)]);
        _ledger.Add("n2", [(new Link(4, 7, 3), 3)]);
        Assert.Equal(["write 7 has the numbers 3, 4"], Tell());
    }

    [Fact]
    public void The_same_write_on_two_servers_is_replication()
    {
        _ledger.Add("n1", [(new Link(2, 7, 1), 3)]);
        _ledger.Add("n2", [(new Link(2, 7, 1), 3)]);
        Assert.Empty(Tell());
    }

    private IReadOnlyList<string> Tell() => _ledger.Tell(new StateTree(1, 1, [1, 1, 1, 1]), floor: 1);
}
