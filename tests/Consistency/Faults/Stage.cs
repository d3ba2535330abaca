using System.Globalization;
using MonotonicReads.Cluster;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;
using MySqlConnector;

namespace MonotonicReads.Consistency.Faults;

/// <summary>A replica as applications are told of it.</summary>
internal sealed record Slot(string Name, Member Member, TcpRelay Relay)
{
    public Member Member { get; set; } = Member;

    public int Weight { get; set; } = 1;

    /// <summary>Whether applications are told of it at all.</summary>
    public bool IsListed { get; set; } = true;
}

/// <summary>The servers, their roles, and the addresses before them.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly IAsyncDisposable _cluster;
    private readonly WriteLedger _ledger = new();
    private readonly SemaphoreSlim _rebuilding = new(1);
    private Member _healed;

    private Stage(IAsyncDisposable cluster, IReadOnlyList<Member> members)
    {
        (_cluster, Members, Primary, _healed) = (cluster, members, members[0], members[0]);
        PrimaryRelay = new(members[0].Port);
        foreach (var replica in members.Skip(1))
        {
            replica.IsReadOnly = true;
        }

        Slots = [.. members.Skip(1).Select((member, index) => new Slot($"r{index + 1}", member, new TcpRelay(member.Port)))];
    }

    public IReadOnlyList<Member> Members { get; }

    public Member Primary { get; private set; }

    /// <summary>The primary's address, which goes with the role.</summary>
    public TcpRelay PrimaryRelay { get; }

    public List<Slot> Slots { get; }

    public IEnumerable<Member> Replicas => Members.Where(member => member != Primary);

    /// <summary>Told when a slot, a weight or an address has changed.</summary>
    public event Action? Changed;

    /// <summary>Where replicas' numbers are known from, below which nothing is looked at any more.</summary>
    public long Floor { get; set; }

    public static async Task<Stage> StartMariaDbAsync(int replicas)
    {
        var cluster = await MariaDbCluster
            .StartAsync(
                replicas,
                ["--innodb-flush-log-at-trx-commit=1", "--max-connections=1500", "--thread-handling=one-thread-per-connection"]
            )
            .ConfigureAwait(false);
        var stage = new Stage(cluster, [.. cluster.Replicas.Prepend(cluster.Primary).Select(server => new MariaDbMember(server))]);
        await stage.PrepareAsync().ConfigureAwait(false);
        return stage;
    }

    public static async Task<Stage> StartMySqlAsync(int replicas)
    {
        var cluster = await MySqlCluster.StartAsync(MySqlRelease.Current, replicas).ConfigureAwait(false);
        var stage = new Stage(cluster, [.. cluster.Servers.Select(server => new MySqlMember(server))]);
        await stage
            .Primary.ExecuteAsync(
                "CREATE USER 'app'@'%' IDENTIFIED BY ''",
                "GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON app.* TO 'app'@'%'",
                "GRANT REPLICATION CLIENT, PROCESS ON *.* TO 'app'@'%'"
            )
            .ConfigureAwait(false);
        foreach (var member in stage.Members)
        {
            await member.ExecuteAsync("SET GLOBAL max_connections = 1500").ConfigureAwait(false);
            await member.SetDurableAsync(true).ConfigureAwait(false);
        }

        await stage.PrepareAsync().ConfigureAwait(false);
        return stage;
    }

    private async Task PrepareAsync()
    {
        await Primary.ExecuteAsync(["USE app", .. Schema.Create]).ConfigureAwait(false);
        await Primary.NameAsync().ConfigureAwait(false);
        foreach (var replica in Replicas)
        {
            await CaughtUpAsync(replica).ConfigureAwait(false);
            await replica.NameAsync().ConfigureAwait(false);
        }
    }

    public void NoteChange() => Changed?.Invoke();

    /// <summary>Waits until a replica has all that the primary has committed.</summary>
    public async Task CaughtUpAsync(Member replica)
    {
        if (
            !await replica
                .HasAppliedAsync(await Primary.PositionAsync().ConfigureAwait(false), TimeSpan.FromSeconds(60))
                .ConfigureAwait(false)
        )
        {
            throw new InvalidOperationException(
                $"{replica} did not catch up: {await replica.ReplicationErrorAsync().ConfigureAwait(false)}"
            );
        }
    }

    /// <summary>Another server takes the writes from now on; where the address leads is the caller's matter.</summary>
    public async Task PromoteAsync(Member next)
    {
        await next.ExecuteAsync(next.Leave).ConfigureAwait(false);
        await next.SetDurableAsync(true).ConfigureAwait(false);
        await next.SetReadOnlyAsync(false).ConfigureAwait(false);
        Primary = next;
    }

    /// <summary>Takes down all writes that a server has, before it may lose them.</summary>
    public async Task CollectAsync(Member member)
    {
        List<object[]> rows;
        try
        {
            rows = await member
                .QueryAsync(
                    string.Create(CultureInfo.InvariantCulture, $"SELECT number, tag, parent, item FROM app.chain WHERE number > {Floor}")
                )
                .ConfigureAwait(false);
        }
        catch (MySqlException exception) when (exception.ErrorCode is MySqlErrorCode.NoSuchTable or MySqlErrorCode.UnknownDatabase)
        {
            return; // It was emptied.
        }

        _ledger.Add(
            member.Name,
            rows.Select(row => Array.ConvertAll(row, value => Convert.ToInt64(value, CultureInfo.InvariantCulture)))
                .Select(row => (new Link(row[0], row[1], row[2]), (int)row[3]))
        );
    }

    /// <inheritdoc cref="WriteLedger.Tell"/>
    public IReadOnlyList<string> Tell(StateTree tree) => _ledger.Tell(tree, Floor);

    /// <summary>The primary's state: its tag, its number, and the last write of each key.</summary>
    public async Task<(Position Newest, long[] KeyTags)> StateAsync()
    {
        var head = await Primary.QueryAsync("SELECT tag, number FROM app.head WHERE id = 1").ConfigureAwait(false);
        var items = await Primary.QueryAsync("SELECT tag FROM app.item ORDER BY id").ConfigureAwait(false);
        return (
            new(Convert.ToInt64(head[0][0], CultureInfo.InvariantCulture), Convert.ToInt64(head[0][1], CultureInfo.InvariantCulture)),
            [.. items.Select(item => Convert.ToInt64(item[0], CultureInfo.InvariantCulture))]
        );
    }

    /// <summary>Ends what disturbs a network or a process; the servers stay as far apart as they are.</summary>
    public async Task QuietAsync()
    {
        foreach (var relay in Slots.Select(slot => slot.Relay).Append(PrimaryRelay))
        {
            relay.Delay(0);
            relay.Swallow(false);
        }

        foreach (var member in Members)
        {
            if (member.IsRunning)
            {
                await member.ResumeAsync().ConfigureAwait(false);
            }
            else
            {
                member.IsReadOnly = member != Primary;
                await member.StartAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Every server runs, is durable, and has what the primary has; what differs is rebuilt from it.</summary>
    public async Task HealAsync()
    {
        await QuietAsync().ConfigureAwait(false);
        foreach (var member in Members)
        {
            await CollectAsync(member).ConfigureAwait(false);
        }

        await Primary.SetDurableAsync(true).ConfigureAwait(false);
        await Primary.SetReadOnlyAsync(false).ConfigureAwait(false);

        // What is left of a switch must not be told of the next fault.
        if (_healed != Primary)
        {
            PrimaryRelay.Retarget(Primary.Port, cut: true);
            _healed = Primary;
        }

        await Task.WhenAll(Replicas.Select(HealAsync)).ConfigureAwait(false);

        // Who was promoted gives its place to who was the primary.
        foreach (var slot in Slots.Where(slot => slot.Member == Primary))
        {
            slot.Member = Replicas.Single(member => !Slots.Any(other => other.Member == member));
        }

        foreach (var slot in Slots)
        {
            (slot.Weight, slot.IsListed) = (1, true);
            if (slot.Relay.Target != slot.Member.Port)
            {
                slot.Relay.Retarget(slot.Member.Port, cut: true);
            }
        }

        Slots.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        NoteChange();
    }

    public async ValueTask DisposeAsync()
    {
        PrimaryRelay.Dispose();
        foreach (var slot in Slots)
        {
            slot.Relay.Dispose();
        }

        await _cluster.DisposeAsync().ConfigureAwait(false);
    }

    private async Task HealAsync(Member replica)
    {
        await replica.SetReadOnlyAsync(true).ConfigureAwait(false);
        if (
            !await IsBehindAsync(replica).ConfigureAwait(false)
            || !await FollowsAsync(replica).ConfigureAwait(false)
            || !await IsSameAsync(replica).ConfigureAwait(false)
        )
        {
            await _rebuilding.WaitAsync().ConfigureAwait(false);
            try
            {
                await replica.RebuildAsync(Primary).ConfigureAwait(false);
                await replica.SetReadOnlyAsync(true).ConfigureAwait(false);
                await replica.FollowAsync(Primary).ConfigureAwait(false);
                await CaughtUpAsync(replica).ConfigureAwait(false);
            }
            finally
            {
                _rebuilding.Release();
            }
        }

        await replica.SetDurableAsync(true).ConfigureAwait(false);
    }

    // Whether the primary has all that the replica has.
    private async Task<bool> IsBehindAsync(Member replica)
    {
        try
        {
            var last = await replica.QueryAsync("SELECT number, tag FROM app.chain ORDER BY number DESC LIMIT 1").ConfigureAwait(false);
            return last.Count > 0
                && await Primary
                    .ScalarAsync(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"SELECT COUNT(*) FROM app.chain WHERE number = {last[0][0]} AND tag = {last[0][1]}"
                        )
                    )
                    .ConfigureAwait(false) == "1";
        }
        catch (MySqlException exception) when (exception.ErrorCode is MySqlErrorCode.NoSuchTable or MySqlErrorCode.UnknownDatabase)
        {
            return false;
        }
    }

    private async Task<bool> FollowsAsync(Member replica)
    {
        try
        {
            await replica.FollowAsync(Primary).ConfigureAwait(false);
            var position = await Primary.PositionAsync().ConfigureAwait(false);
            for (var attempt = 0; attempt < 60; attempt++)
            {
                if (await replica.HasAppliedAsync(position, TimeSpan.FromSeconds(0.5)).ConfigureAwait(false))
                {
                    return true;
                }

                if ((await replica.ReplicationErrorAsync().ConfigureAwait(false)).Length > 0)
                {
                    return false;
                }
            }

            return false;
        }
        catch (MySqlException)
        {
            // Its position and the primary's log do not fit: what cannot follow is rebuilt.
            return false;
        }
    }

    private async Task<bool> IsSameAsync(Member replica)
    {
        const string Sum =
            "SELECT CONCAT_WS('-', (SELECT tag FROM app.head), (SELECT SUM(version) FROM app.item), (SELECT COUNT(*) FROM app.chain), (SELECT SUM(tag) FROM app.chain), (SELECT COUNT(*) FROM app.whoami))";
        return await replica.ScalarAsync(Sum).ConfigureAwait(false) == await Primary.ScalarAsync(Sum).ConfigureAwait(false);
    }
}
