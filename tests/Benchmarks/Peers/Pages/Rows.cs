namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>Tables and columns have the names of the classes and properties: no peer needs to be told how they are mapped.</summary>
internal static class Rows
{
    public const long OrderId = 1;

    public const string Schema = """
        create table OrderRow (Id bigint primary key, Customer varchar(40) not null, Version bigint not null);
        create table LineRow (Id bigint primary key, OrderId bigint not null, Product bigint not null, Version bigint not null, key (OrderId));
        create table PaymentRow (Id bigint primary key, OrderId bigint not null, Amount bigint not null, Version bigint not null, key (OrderId));
        create table StockRow (Id bigint primary key, OnHand bigint not null, Version bigint not null);
        create table NoteRow (Id bigint primary key, Value bigint not null);
        insert into OrderRow values (1, 'ann', 0);
        insert into LineRow values (1, 1, 7, 0), (2, 1, 8, 0);
        insert into PaymentRow values (1, 1, 300, 0);
        insert into StockRow values (7, 10, 0), (8, 20, 0);
        """;

    /// <summary>One statement, and so one step for whoever reads on one server.</summary>
    public const string Change = """
        update OrderRow, LineRow, PaymentRow, StockRow
        set OrderRow.Version = @version, LineRow.Version = @version, PaymentRow.Version = @version, StockRow.Version = @version
        where OrderRow.Id = 1 and LineRow.OrderId = 1 and PaymentRow.OrderId = 1 and StockRow.Id in (7, 8)
        """;
}

public sealed class OrderRow
{
    public long Id { get; set; }

    public string Customer { get; set; } = "";

    public long Version { get; set; }
}

public sealed class LineRow
{
    public long Id { get; set; }

    public long OrderId { get; set; }

    public long Product { get; set; }

    public long Version { get; set; }
}

public sealed class PaymentRow
{
    public long Id { get; set; }

    public long OrderId { get; set; }

    public long Amount { get; set; }

    public long Version { get; set; }
}

public sealed class StockRow
{
    public long Id { get; set; }

    public long OnHand { get; set; }

    public long Version { get; set; }
}

public sealed class NoteRow
{
    public long Id { get; set; }

    public long Value { get; set; }
}
