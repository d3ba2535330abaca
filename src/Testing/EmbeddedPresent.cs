using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>
/// The file as it is. Whoever deletes it, as a context of EF Core does, opens a connection before the tables are created, and nothing
/// says yet that it will write: a replica whose file is missing would refuse, and be left out for a while.
/// </summary>
/// <param name="inner">The driver's data source.</param>
/// <param name="file">The file.</param>
/// <param name="create">Makes it, empty.</param>
internal sealed class EmbeddedPresent(DbDataSource inner, string file, Action create) : DbDataSource
{
    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection()
    {
        if (!File.Exists(file))
        {
            create();
        }

        return inner.CreateConnection();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
