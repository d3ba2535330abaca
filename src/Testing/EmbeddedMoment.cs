using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>A copy of the file, which goes when nobody is to open it any more.</summary>
/// <param name="inner">The driver's data source.</param>
/// <param name="file">The copy.</param>
internal sealed class EmbeddedMoment(DbDataSource inner, string file) : DbDataSource
{
    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection() => inner.CreateConnection();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            Delete();
        }

        base.Dispose(disposing);
    }

    private void Delete()
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where an open connection keeps it: it goes with its directory.
        }
    }
}
