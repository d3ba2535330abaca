using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Storage;
using Pomelo.EntityFrameworkCore.MySql.Storage.Internal;

namespace MonotonicReads.EntityFrameworkCore;

/// <summary>Creates, deletes and looks for the database and its tables on the primary.</summary>
internal sealed class ReplicatedDatabaseCreator(
    RelationalDatabaseCreatorDependencies dependencies,
    IMySqlRelationalConnection connection,
    IRawSqlCommandBuilder rawSqlCommandBuilder
) : MySqlDatabaseCreator(dependencies, connection, rawSqlCommandBuilder)
{
    private readonly IMySqlRelationalConnection _connection = connection;
    private readonly ReplicatedRelationalConnection _replicated = (ReplicatedRelationalConnection)connection;

    /// <summary>As EF Core's own; but a mistake in the set-up is told instead of a no.</summary>
    public override bool CanConnect()
    {
        try
        {
            return Exists();
        }
        catch (Exception exception) when (IsOfServer(exception))
        {
            return false;
        }
    }

    /// <inheritdoc cref="CanConnect"/>
    public override async Task<bool> CanConnectAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await ExistsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfServer(exception))
        {
            return false;
        }
    }

    public override bool Exists()
    {
        using var work = PrimaryWork.Looking(_replicated.Source);
        return base.Exists();
    }

    public override async Task<bool> ExistsAsync(CancellationToken cancellationToken = default)
    {
        using var work = PrimaryWork.Looking(_replicated.Source);
        return await base.ExistsAsync(cancellationToken).ConfigureAwait(false);
    }

    public override bool HasTables()
    {
        using var work = PrimaryWork.Reading(_replicated.Source);
        return base.HasTables();
    }

    public override async Task<bool> HasTablesAsync(CancellationToken cancellationToken = default)
    {
        using var work = PrimaryWork.Reading(_replicated.Source);
        return await base.HasTablesAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Create()
    {
        using var work = PrimaryWork.Writing(_replicated.Source);
        using var master = _connection.CreateMasterConnection();
        Dependencies.MigrationCommandExecutor.ExecuteNonQuery(CreateCommands(), master);
    }

    public override async Task CreateAsync(CancellationToken cancellationToken = default)
    {
        using var work = PrimaryWork.Writing(_replicated.Source);
        var master = _connection.CreateMasterConnection();
        await using (master.ConfigureAwait(false))
        {
            await Dependencies
                .MigrationCommandExecutor.ExecuteNonQueryAsync(CreateCommands(), master, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    public override void CreateTables()
    {
        using var work = PrimaryWork.Writing(_replicated.Source);
        base.CreateTables();
    }

    public override async Task CreateTablesAsync(CancellationToken cancellationToken = default)
    {
        using var work = PrimaryWork.Writing(_replicated.Source);
        await base.CreateTablesAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Delete()
    {
        using var work = PrimaryWork.Writing(_replicated.Source);
        try
        {
            base.Delete();
        }
        catch (Exception exception) when (Explained(exception) is { } explained)
        {
            throw explained;
        }

        LeaveDeleted();
    }

    public override async Task DeleteAsync(CancellationToken cancellationToken = default)
    {
        using var work = PrimaryWork.Writing(_replicated.Source);
        try
        {
            await base.DeleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Explained(exception) is { } explained)
        {
            throw explained;
        }

        LeaveDeleted();
    }

    // It is deleted past all routing, which else asks what stands in for the primary in a test.
    private Exception? Explained(Exception exception) =>
        (exception as DbException ?? exception.InnerException as DbException) is { } told
            ? _replicated.Source.PrimaryServer.StandIn?.Explained(told)
            : null;

    // Its connections have chosen a database that is gone.
    private void LeaveDeleted() => _replicated.Source.PrimaryServer.Pool.Current.Retire();

    private IReadOnlyList<MigrationCommand> CreateCommands()
    {
        var model = Dependencies.CurrentContext.Context.GetService<IDesignTimeModel>().Model;
        return Dependencies.MigrationsSqlGenerator.Generate([
            new MySqlCreateDatabaseOperation
            {
                Name = _connection.DbConnection.Database,
                CharSet = model.GetCharSet(),
                Collation = model.GetCollation(),
            },
        ]);
    }

    // What says that no server answers as it should, wrapped by an execution strategy or not; all else says that something was put together
    // wrongly.
    private static bool IsOfServer(Exception exception) =>
        exception is DbException or TimeoutException or IOException or SocketException or RetryLimitExceededException
        || exception.InnerException is DbException or TimeoutException;
}
