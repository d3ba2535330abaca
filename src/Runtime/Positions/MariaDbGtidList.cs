using System.Globalization;
using System.Text;
using MonotonicReads.Positions;

namespace MonotonicReads;

/// <summary>
/// A MariaDB GTID list, such as <c>0-1-2910,1-1-7</c>: for each replication domain the last transaction, as
/// domain-server-sequence.
/// </summary>
/// <remarks>
/// <para>Within a domain the higher sequence number contains the lower one. Equal numbers of two servers are two
/// histories that went apart: neither contains the other, and their union keeps both. (The servers' own
/// <c>MASTER_GTID_WAIT</c> ignores the server id and would take one for the other.)</para>
/// <para>Source: mariadb.com/kb/en/gtid.</para>
/// </remarks>
public sealed class MariaDbGtidList : ReplicationPosition
{
    private const string Kind = "MariaDB GTID list";

    private readonly Gtid[] _gtids;
    private string? _text;

    private MariaDbGtidList(Gtid[] gtids) => _gtids = gtids;

    /// <summary>The position before the first transaction.</summary>
    public static MariaDbGtidList Empty { get; } = new([]);

    /// <inheritdoc/>
    public override bool IsEmpty => _gtids.Length == 0;

    /// <summary>Whether two servers' transactions of one number are in it; no server can be asked for both.</summary>
    internal bool IsForked
    {
        get
        {
            for (var i = 1; i < _gtids.Length; i++)
            {
                if (_gtids[i].Domain == _gtids[i - 1].Domain)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether a binary log's state, <c>gtid_binlog_state</c>, has every transaction of this list: there each server has its own
    /// last one.</summary>
    internal bool IsInState(string state)
    {
        var logged = ParseGtids(state);
        return Array.TrueForAll(
            _gtids,
            wanted => logged.Exists(own => own.Domain == wanted.Domain && own.Server == wanted.Server && own.Sequence >= wanted.Sequence)
        );
    }

    /// <summary>Parses a list as servers write it, in any order, with or without blanks.</summary>
    /// <param name="text">The text; empty for the empty position.</param>
    /// <returns>The position. Of several GTIDs of one domain the last transaction counts.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">No GTID list; the message gives the offset.</exception>
    public static MariaDbGtidList Parse(string text) => ParseGtids(text) is { Count: > 0 } gtids ? Of(gtids) : Empty;

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
            if (!Array.Exists(_gtids, own => own.Contains(wanted)))
            {
                return false;
            }
        }

        return true;
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
    /// <remarks>A list has one GTID for each domain; there is no shorter list that contains it.</remarks>
    public override ReplicationPosition? Enlarge(int maxLength) => ToString().Length <= maxLength ? this : null;

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_text is null)
        {
            var text = new StringBuilder();
            foreach (var gtid in _gtids)
            {
                text.Append(text.Length == 0 ? "" : ",")
                    .Append(CultureInfo.InvariantCulture, $"{gtid.Domain}-{gtid.Server}-{gtid.Sequence}");
            }

            _text = text.ToString();
        }

        return _text;
    }

    private static MariaDbGtidList Of(List<Gtid> gtids)
    {
        var highest = new Dictionary<uint, ulong>();
        foreach (var gtid in gtids)
        {
            highest[gtid.Domain] = Math.Max(gtid.Sequence, highest.GetValueOrDefault(gtid.Domain));
        }

        var last = gtids.FindAll(gtid => gtid.Sequence == highest[gtid.Domain]);
        return new MariaDbGtidList([.. last.Distinct().OrderBy(gtid => gtid.Domain).ThenBy(gtid => gtid.Server)]);
    }

    private readonly record struct Gtid(uint Domain, uint Server, ulong Sequence)
    {
        public bool Contains(Gtid other) =>
            Domain == other.Domain && (Sequence > other.Sequence || (Sequence == other.Sequence && Server == other.Server));
    }
}
