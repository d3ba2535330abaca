using System.Data;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class SchemaBehaviours : BehaviourList
{
    public SchemaBehaviours()
    {
        Open(
            "the collections",
            "['MetaDataCollections', true, true]",
            async (connection, how) =>
            {
                var table = await how.Schema(connection);
                return new object[]
                {
                    table.TableName,
                    table.Columns.Contains("CollectionName"),
                    table.Rows.Cast<DataRow>().Any(row => (string)row["CollectionName"] == "Tables"),
                };
            }
        );
        Open(
            "the collections by name",
            "true",
            async (connection, how) =>
                (await how.Schema(connection, "MetaDataCollections")).Rows.Count == (await how.Schema(connection)).Rows.Count
        );
        foreach (
            var collection in new[]
            {
                "Databases",
                "DataTypes",
                "ReservedWords",
                "Tables",
                "Views",
                "Columns",
                "Procedures",
                "Restrictions",
                "Indexes",
            }
        )
        {
            Open(
                $"the collection {collection}",
                "[true, true]",
                async (connection, how) =>
                {
                    var table = await how.Schema(connection, collection);
                    return new object[] { table.Rows.Count > 0, table.TableName == collection };
                }
            );
        }

        Open(
            "restrictions",
            "['numbers']",
            async (connection, how) =>
                (await how.Schema(connection, "Tables", [null, null, "numbers", null]))
                    .Rows.Cast<DataRow>()
                    .Select(row => row["TABLE_NAME"])
                    .ToList()
        );
        Open("a collection that is not there", "ArgumentException", async (connection, how) => await how.Schema(connection, "Nowhere"));
        Open("no collection", "ArgumentNullException", async (connection, how) => await how.Schema(connection, null!));
        Reads(
            "while closed",
            "InvalidOperationException",
            async (s, how) => await how.Schema(s.Create()),
            new Difference(
                s => s.IsOurs,
                "InvalidOperationException",
                "As documented; the driver lists its collections without a server, and a closed connection of ours has no driver."
            )
        );
        Open(
            "while a reader is open",
            "InvalidOperationException",
            async (connection, how) =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "select n from numbers";
                await using var reader = await how.Reader(command);
                return await how.Schema(connection, "Tables");
            }
        );
    }

    protected override string Type => "DbConnection.GetSchema";
}
