using System.Globalization;
using System.Text;
using MonotonicReads.Positions;

namespace MonotonicReads;

/// <summary>
/// A MariaDB GTID list, such as <c>0-1-2910,1-1-7</c>: for each replication domain, and in it for each server that wrote, the last
/// transaction, as domain-server-sequence.
/// </summary>
/// <remarks>
/// <para>Within a domain and a server the higher sequence number contains the lower one. The number of another server says nothing,
/// however large it is: after a failover that lost transactions their numbers go to others. (The servers' own
/// <c>MASTER_GTID_WAIT</c> ignores the server id and would take one for the other.) What a server's binary log knows of every server
/// before it, <c>gtid_binlog_state</c>, is such a list too.</para>
/// <para>Source: mariadb.com/kb/en/gtid.</para>
/// </remarks>
public sealed class MariaDbGtidList : ReplicationPosition
{
    private const string Kind = "MariaDB GTID list";

    private readonly Gtid[] _gtids;
    private string? _text;
    private (string State, string Applied)? _held;

    private MariaDbGtidList(Gtid[] gtids) => _gtids = gtids;

    /// <summary>The position before the first transaction.</summary>
    public static MariaDbGtidList Empty { get; } = new([]);

    /// <inheritdoc/>
    public override bool IsEmpty => _gtids.Length == 0;

    internal override ReplicationPosition? AllHeld =>
        _held is var (state, applied) && Logged(state, applied) is { IsEmpty: false } all ? all : null;

    internal override int Writers => _held is { State: { Length: > 0 } state } ? state.Count(',') + 1 : 0;

    /// <summary>The last transaction of each domain, as text: what a server that applies them in order is waited for.</summary>
    internal string Ends => Text(LastOfEachDomain(_gtids));

    /// <summary>
    /// What a read on a server can have seen at most. On one server the numbers of a domain only grow, so that its last transaction
    /// contains the others there, whoever wrote them.
    /// </summary>
    /// <param name="logged">What it logged last in each domain, <c>gtid_binlog_pos</c>.</param>
    /// <param name="applied">What it applied last in each domain, <c>gtid_slave_pos</c>.</param>
    internal static MariaDbGtidList Seen(string logged, string applied) =>
        new(LastOfEachDomain([.. ParseGtids(logged), .. ParseGtids(applied)]));

    /// <summary>What a server has logged or applied, of each server.</summary>
    /// <param name="state">The last that it logged of each server, <c>gtid_binlog_state</c>.</param>
    /// <param name="applied">What it applied last in each domain, <c>gtid_slave_pos</c>.</param>
    internal static MariaDbGtidList Logged(string state, string applied) =>
        Telling(Of([.. ParseGtids(state), .. ParseGtids(applied)]), state, applied);

    private static MariaDbGtidList Telling(MariaDbGtidList list, string state, string applied)
    {
        list._held = (state, applied);
        return list;
    }

    /// <summary>
    /// What a read that starts now sees on a replica for sure: a transaction is logged before it is visible, and visible before it counts
    /// as applied; of what is logged, that is what is not above the number that was applied last.
    /// </summary>
    /// <param name="applied">What it applied last in each domain, <c>gtid_slave_pos</c>, asked first.</param>
    /// <param name="state">The last that it logged of each server, <c>gtid_binlog_state</c>; empty where it logs nothing.</param>
    internal static MariaDbGtidList Reached(string applied, string state)
    {
        var ends = ParseGtids(applied);
        var reached = new List<Gtid>(ends);
        foreach (var logged in ParseGtids(state))
        {
            if (ends.FindIndex(end => end.Domain == logged.Domain) is >= 0 and var at)
            {
                reached.Add(logged with { Sequence = Math.Min(logged.Sequence, ends[at].Sequence) });
            }
        }

        return Telling(Of(reached), state, applied);
    }

    /// <summary>Whether a server that logged this list holds something that another lacks which was asked later.</summary>
    /// <param name="state">What the other logged last of each server, <c>gtid_binlog_state</c>.</param>
    /// <param name="applied">What it applied last in each domain, <c>gtid_slave_pos</c>: of a server that came from a backup of another,
    /// what
    /// is not above that can have been before its log began.</param>
    internal bool HasMoreThan(string state, string applied)
    {
        var known = Logged(state, applied)._gtids;
        var ends = ParseGtids(applied);
        return Array.Exists(
            _gtids,
            own =>
                !Array.Exists(known, other => other.Contains(own))
                && (
                    Array.Exists(known, other => other.Domain == own.Domain && other.Server == own.Server)
                    || !ends.Exists(end => end.Domain == own.Domain && end.Sequence >= own.Sequence)
                )
        );
    }

    /// <summary>Parses a list as servers write it, in any order, with or without blanks.</summary>
    /// <param name="text">The text; empty for the empty position.</param>
    /// <returns>The position. Of several GTIDs of one domain and server the last transaction counts.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">No GTID list; the message gives the offset.</exception>
    public static MariaDbGtidList Parse(string text) => OfServer(PositionText.Bounded(text, Kind));

    /// <summary>Parses what a server said, however long.</summary>
    internal static MariaDbGtidList OfServer(string text) => ParseGtids(text) is { Count: > 0 } gtids ? Of(gtids) : Empty;

    private static List<Gtid> ParseGtids(string text)
    {
        var input = new PositionText(text, Kind);
        var gtids = new List<Gtid>();
        if (input.IsAtEnd)
        {
            return gtids;
        }

        do
        {
            var domain = (uint)input.TakeNumber(0, uint.MaxValue, "a domain id");
            input.Take('-');
            var server = (uint)input.TakeNumber(0, uint.MaxValue, "a server id");
            input.Take('-');
            gtids.Add(new Gtid(domain, server, input.TakeNumber(0, ulong.MaxValue, "a sequence number")));
        } while (input.TryTake(','));

        return input.IsAtEnd ? gtids : throw input.Unexpected("','");
    }

    /// <inheritdoc/>
    public override bool Contains(ReplicationPosition other)
    {
        foreach (var wanted in SameKind<MariaDbGtidList>(other)._gtids)
        {
            if (!Has(wanted))
            {
                return false;
            }
        }

        return true;
    }

    // Asked for each draw of a session that has written: no delegate.
    private bool Has(Gtid wanted)
    {
        foreach (var own in _gtids)
        {
            if (own.Contains(wanted))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override ReplicationPosition Union(ReplicationPosition other)
    {
        var list = SameKind<MariaDbGtidList>(other);
        return Contains(list) ? this
            : list.Contains(this) ? list
            : Of([.. _gtids, .. list._gtids]);
    }

    /// <inheritdoc/>
    /// <remarks>A list has one GTID for each domain and server; there is no shorter list that contains it.</remarks>
    public override ReplicationPosition? Enlarge(int maxLength) => ToString().Length <= maxLength ? this : null;

    /// <inheritdoc/>
    public override string ToString() => _text ??= Text(_gtids);

    private static string Text(Gtid[] gtids)
    {
        if (gtids is [var only])
        {
            return string.Create(CultureInfo.InvariantCulture, $"{only.Domain}-{only.Server}-{only.Sequence}");
        }

        var text = new StringBuilder();
        foreach (var gtid in gtids)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{gtid.Domain}-{gtid.Server}-{gtid.Sequence}");
        }

        return text.ToString();
    }

    // As servers write them, mostly.
    private static MariaDbGtidList Of(List<Gtid> gtids) => new(AreSorted(gtids) ? [.. gtids] : LastOfEach(gtids));

    private static bool AreSorted(List<Gtid> gtids)
    {
        for (var i = 1; i < gtids.Count; i++)
        {
            if ((gtids[i - 1].Domain, gtids[i - 1].Server).CompareTo((gtids[i].Domain, gtids[i].Server)) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static Gtid[] LastOfEach(List<Gtid> gtids) =>
        [
            .. gtids
                .GroupBy(gtid => (gtid.Domain, gtid.Server))
                .Select(own => own.MaxBy(gtid => gtid.Sequence))
                .OrderBy(gtid => gtid.Domain)
                .ThenBy(gtid => gtid.Server),
        ];

    // Two of one number are two histories that went apart; both stay.
    private static Gtid[] LastOfEachDomain(IReadOnlyCollection<Gtid> gtids) =>
        [
            .. gtids
                .GroupBy(gtid => gtid.Domain)
                .OrderBy(domain => domain.Key)
                .SelectMany(domain =>
                {
                    var highest = domain.Max(gtid => gtid.Sequence);
                    return domain.Where(gtid => gtid.Sequence == highest).Distinct().OrderBy(gtid => gtid.Server);
                }),
        ];

    private readonly record struct Gtid(uint Domain, uint Server, ulong Sequence)
    {
        public bool Contains(Gtid other) => Domain == other.Domain && Server == other.Server && Sequence >= other.Sequence;
    }
}
