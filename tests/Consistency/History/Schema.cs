namespace MonotonicReads.Consistency.History;

/// <summary>
/// The tables. A write is one statement on <c>head</c>; triggers number it, chain it to the one before it and bump its key. They run on
/// the server that takes the write alone, since rows are replicated. <c>whoami</c> has another row on each server.
/// </summary>
internal static class Schema
{
    public const int Keys = 8;

    /// <summary>The key that the workload never writes: a fault does, on one replica alone.</summary>
    public const int ReplicaKey = 0;

    public const long FirstTag = 1;

    public const string Write = "UPDATE head SET tag = @tag, item = @item WHERE id = 1";

    public const string Head = "SELECT h.number, h.tag, h.parent, w.name FROM head h JOIN whoami w WHERE h.id = 1";

    public const string KeyAndHead =
        "SELECT h.number, h.tag, i.version, i.tag, w.name FROM head h JOIN whoami w JOIN item i WHERE h.id = 1 AND i.id = @item";

    public const string Key = "SELECT i.version, i.tag, w.name FROM item i JOIN whoami w WHERE i.id = @item";

    public const string Tail = "SELECT c.number, c.tag, c.parent, (SELECT name FROM whoami) FROM chain c ORDER BY c.number DESC LIMIT 5";

    public const string Parent = "SELECT c.number, c.tag, c.parent, w.name FROM chain c JOIN whoami w WHERE c.tag = @tag";

    /// <summary>Makes them; each statement by itself, since a trigger has semicolons inside.</summary>
    public static readonly string[] Create =
    [
        "CREATE TABLE whoami (name VARCHAR(20) PRIMARY KEY) ENGINE=InnoDB",
        "CREATE TABLE head (id INT PRIMARY KEY, number BIGINT NOT NULL, tag BIGINT NOT NULL, parent BIGINT NOT NULL, item INT NOT NULL) ENGINE=InnoDB",
        "CREATE TABLE item (id INT PRIMARY KEY, version BIGINT NOT NULL, tag BIGINT NOT NULL) ENGINE=InnoDB",
        "CREATE TABLE chain (number BIGINT PRIMARY KEY, tag BIGINT NOT NULL, parent BIGINT NOT NULL, item INT NOT NULL, KEY (tag)) ENGINE=InnoDB",
        "CREATE TRIGGER numbers BEFORE UPDATE ON head FOR EACH ROW SET NEW.number = OLD.number + 1, NEW.parent = OLD.tag",
        """
            CREATE TRIGGER chains AFTER UPDATE ON head FOR EACH ROW
            BEGIN
              INSERT INTO chain VALUES (NEW.number, NEW.tag, NEW.parent, NEW.item);
              UPDATE item SET version = version + 1, tag = NEW.tag WHERE id = NEW.item;
            END
            """,
        $"INSERT INTO item VALUES {string.Join(", ", Enumerable.Range(0, Keys).Select(key => $"({key}, 0, {FirstTag})"))}",
        $"INSERT INTO chain VALUES (1, {FirstTag}, 0, 1)",
        $"INSERT INTO head VALUES (1, 1, {FirstTag}, 0, 1)",
    ];
}
