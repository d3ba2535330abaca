using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Pomelo.EntityFrameworkCore.MySql.Infrastructure.Internal;
using Pomelo.EntityFrameworkCore.MySql.Storage.Internal;

namespace MonotonicReads.EntityFrameworkCore;

/// <summary>Pomelo's connection of a context, of which it believes that it is a <c>MySqlConnection</c>.</summary>
internal sealed class ReplicatedRelationalConnection(
    RelationalConnectionDependencies dependencies,
    IMySqlConnectionStringOptionsValidator validator,
    IMySqlOptions options
) : MySqlRelationalConnection(dependencies, validator, options)
{
    private readonly IMySqlConnectionStringOptionsValidator _validator = validator;

    private readonly ReplicatedMySqlDataSource _source =
        options.DataSource as ReplicatedMySqlDataSource
        ?? throw new InvalidOperationException(
            "The context has replaced the data source of UseReplicatedMySql(...) by another. Configure it with UseReplicatedMySql(...) "
                + "alone, or with Pomelo's UseMySql(...) alone."
        );

    /// <summary>What its connection comes from. Asked for anew each time: the context can be given another connection at any.</summary>
    /// <exception cref="InvalidOperationException">The connection is none of the data source's, so that nobody knows which database is
    /// meant.</exception>
    public ReplicatedMySqlDataSource Source =>
        ((IRelationalConnection)this).DbConnection is ReplicatedConnection replicated && ReferenceEquals(replicated.Source, _source)
            ? _source
            : throw new InvalidOperationException(
                "The context was given a connection (SetConnectionString, SetDbConnection) that is none of the data source of "
                    + "UseReplicatedMySql(...). What creates, deletes, migrates or looks for the database works with one of those alone: "
                    + "it would be done to the data source's database. Configure a context for the other one with Pomelo's UseMySql(...)."
            );

    /// <summary>A connection to the primary's server, whether or not the database is there.</summary>
    public override IMySqlRelationalConnection CreateMasterConnection()
    {
        var master = Dependencies
            .ContextOptions.FindExtension<MySqlOptionsExtension>()!
            .WithConnection(Source.CreateConnectionWithoutDatabase(), owned: true);
        var builder = new DbContextOptionsBuilder();
        ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(master);
        return CreateMasterConnectionCore(builder, _validator);
    }

    protected override void ExecuteNonQuery(string sql)
    {
        using var command = ((IRelationalConnection)this).DbConnection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    protected override async Task ExecuteNonQueryAsync(string sql, CancellationToken cancellationToken = default)
    {
        var command = ((IRelationalConnection)this).DbConnection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
