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

    /// <summary>What its connections come from.</summary>
    /// <exception cref="InvalidOperationException">The context was told to use another connection.</exception>
    public ReplicatedMySqlDataSource Source { get; } =
        options.DataSource as ReplicatedMySqlDataSource
        ?? throw new InvalidOperationException(
            "The context has replaced the data source of UseReplicatedMySql(...) by another. Configure it with UseReplicatedMySql(...) "
                + "alone, or with Pomelo's UseMySql(...) alone."
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
