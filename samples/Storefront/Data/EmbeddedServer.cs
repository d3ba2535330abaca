using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Storefront.Data;

/// <summary>A SQLite file that can be out of reach, as a server can.</summary>
internal sealed class EmbeddedServer(string name, string file) : DbDataSource
{
    private readonly DbDataSource _file = SqliteFactory.Instance.CreateDataSource(
        new SqliteConnectionStringBuilder { DataSource = file }.ConnectionString
    );

    private volatile bool _isDown;

    public string Name => name;

    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    public override string ConnectionString => _file.ConnectionString;

    protected override DbConnection CreateDbConnection() => _file.CreateConnection();

    protected override DbConnection OpenDbConnection()
    {
        ThrowIfDown();
        return _file.OpenConnection();
    }

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDown();
        return _file.OpenConnectionAsync(cancellationToken);
    }

    private void ThrowIfDown()
    {
        if (_isDown)
        {
            throw new IOException($"{name} does not answer.");
        }
    }
}
