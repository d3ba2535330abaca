namespace Storefront.Repositories;

/// <summary>What the page of one order shows, read by four queries in the order of the parameters.</summary>
public sealed record OrderPage(
    OrderRow Order, IReadOnlyList<LineRow> Lines, PaymentRow Payment, IReadOnlyList<StockRow> Stock)
{
    /// <summary>How far each query could see: the newest change that its rows show, and the server that it ran on.</summary>
    public IReadOnlyList<Sighting> Sightings { get; } =
        [Newest("order", [Order]), Newest("lines", Lines), Newest("payment", [Payment]), Newest("stock", Stock)];

    /// <summary>
    /// Every change of an order writes its sequence number to all four tables in one transaction. So a later query that
    /// finds only an older change ran on a server that was behind the one before: time ran backwards.
    /// </summary>
    public bool SawTimeRunBackwards => Sightings.Zip(Sightings.Skip(1)).Any(pair => pair.Second.Sequence < pair.First.Sequence);

    public int ServersUsed => Sightings.Select(sighting => sighting.Server).Distinct().Count();

    private static Sighting Newest(string what, IReadOnlyList<IRow> rows) =>
        new(what, rows.Max(row => row.Sequence), rows[0].Server, rows[0].Applied);
}

/// <param name="What">Which query.</param>
/// <param name="Sequence">The newest change that its rows show.</param>
/// <param name="Server">Where it ran.</param>
/// <param name="Applied">The newest change that this server had.</param>
public sealed record Sighting(string What, long Sequence, string Server, long Applied);

/// <summary>A row says which change wrote it last, which server it was read from, and the newest change that this server had.</summary>
public interface IRow
{
    long Sequence { get; }

    string Server { get; }

    long Applied { get; }
}

public sealed record OrderRow(long Id, string Customer, long Total, long Sequence, string Server, long Applied) : IRow;

public sealed record LineRow(long Line, long Product, long Price, long Sequence, string Server, long Applied) : IRow;

public sealed record PaymentRow(long Amount, long Sequence, string Server, long Applied) : IRow;

public sealed record StockRow(long Product, long OnHand, long Sequence, string Server, long Applied) : IRow;
