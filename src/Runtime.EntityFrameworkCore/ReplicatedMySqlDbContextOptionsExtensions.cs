using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using MySqlConnector;
using Pomelo.EntityFrameworkCore.MySql.Infrastructure.Internal;
using Pomelo.EntityFrameworkCore.MySql.Storage.Internal;

namespace MonotonicReads.EntityFrameworkCore;

/// <summary>EF Core on Pomelo over a <see cref="ReplicatedMySqlDataSource"/>.</summary>
public static class ReplicatedMySqlDbContextOptionsExtensions
{
#pragma warning disable RS0026 // As Pomelo's UseMySql: one for each kind of builder.
    /// <summary>
    /// Configures the context to read where the running session reads, and to write on the primary. What creates, deletes, migrates or
    /// looks for the database (<c>CanConnect</c>, and with it <c>AddDbContextCheck</c>, <c>EnsureCreated</c>, <c>EnsureDeleted</c>,
    /// <c>Migrate</c>, <c>GetAppliedMigrations</c> and <c>GetPendingMigrations</c>) asks the primary, in a session of its own; the running
    /// session counts what was changed as a write.
    /// </summary>
    /// <param name="optionsBuilder">The context's.</param>
    /// <param name="dataSource">Built with <see cref="ReplicatedMySqlDataSourceBuilder.ForPomelo"/>.</param>
    /// <param name="serverVersion">The version of the servers.</param>
    /// <param name="mySqlOptionsAction">Pomelo's options; <see langword="null"/> for none.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The data source was built without
    /// <see cref="ReplicatedMySqlDataSourceBuilder.ForPomelo"/>; or <c>DisableBackslashEscaping()</c> was called, and its connection
    /// strings do not have <c>NoBackslashEscapes=True</c>.</exception>
    public static DbContextOptionsBuilder UseReplicatedMySql(
        this DbContextOptionsBuilder optionsBuilder,
        ReplicatedMySqlDataSource dataSource,
        ServerVersion serverVersion,
        Action<MySqlDbContextOptionsBuilder>? mySqlOptionsAction = null
    )
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(serverVersion);
        ThrowIfNotForPomelo(dataSource);
        optionsBuilder.UseMySql(dataSource, serverVersion, mySqlOptionsAction);
        ThrowIfEscapesOtherwise(optionsBuilder, dataSource);
        return optionsBuilder
            .ReplaceService<IMySqlRelationalConnection, ReplicatedRelationalConnection>()
            .ReplaceService<IRelationalDatabaseCreator, ReplicatedDatabaseCreator>()
            .ReplaceService<IHistoryRepository, ReplicatedHistoryRepository>()
            .ReplaceService<IMigrator, ReplicatedMigrator>();
    }

    /// <summary>Configures a context of one type: as the other overload.</summary>
    /// <typeparam name="TContext">The context.</typeparam>
    /// <param name="optionsBuilder">The context's.</param>
    /// <param name="dataSource">Built with <see cref="ReplicatedMySqlDataSourceBuilder.ForPomelo"/>.</param>
    /// <param name="serverVersion">The version of the servers.</param>
    /// <param name="mySqlOptionsAction">Pomelo's options; <see langword="null"/> for none.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The data source was built without
    /// <see cref="ReplicatedMySqlDataSourceBuilder.ForPomelo"/>; or <c>DisableBackslashEscaping()</c> was called, and its connection
    /// strings do not have <c>NoBackslashEscapes=True</c>.</exception>
    public static DbContextOptionsBuilder<TContext> UseReplicatedMySql<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder,
        ReplicatedMySqlDataSource dataSource,
        ServerVersion serverVersion,
        Action<MySqlDbContextOptionsBuilder>? mySqlOptionsAction = null
    )
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)
            UseReplicatedMySql((DbContextOptionsBuilder)optionsBuilder, dataSource, serverVersion, mySqlOptionsAction);
#pragma warning restore RS0026

    // Pomelo would put it into a connection string, and a data source has its own.
    private static void ThrowIfEscapesOtherwise(DbContextOptionsBuilder optionsBuilder, ReplicatedMySqlDataSource dataSource)
    {
        if (
            optionsBuilder.Options.FindExtension<MySqlOptionsExtension>() is { NoBackslashEscapes: true }
            && !new MySqlConnectionStringBuilder(dataSource.ConnectionString).NoBackslashEscapes
        )
        {
            throw new InvalidOperationException(
                "DisableBackslashEscaping() needs NoBackslashEscapes=True in the connection string of every server: otherwise the driver "
                    + "doubles the backslashes in parameters, and they are stored so."
            );
        }
    }

    // Pomelo's own message names options that nobody has set by hand.
    private static void ThrowIfNotForPomelo(ReplicatedMySqlDataSource dataSource)
    {
        var text = new MySqlConnectionStringBuilder(dataSource.ConnectionString);
        if (!text.AllowUserVariables || text.UseAffectedRows)
        {
            throw new InvalidOperationException(
                "EF Core on Pomelo needs AllowUserVariables=True and UseAffectedRows=False on every server. Call ForPomelo() on the "
                    + "ReplicatedMySqlDataSourceBuilder (ForPomelo in the options) that builds this data source."
            );
        }
    }
}
