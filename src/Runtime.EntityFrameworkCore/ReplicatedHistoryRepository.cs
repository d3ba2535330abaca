using Microsoft.EntityFrameworkCore.Migrations;
using Pomelo.EntityFrameworkCore.MySql.Migrations.Internal;

namespace MonotonicReads.EntityFrameworkCore;

/// <summary>Asks the primary which migrations it has: a replica may not have the last one yet.</summary>
internal sealed class ReplicatedHistoryRepository(HistoryRepositoryDependencies dependencies) : MySqlHistoryRepository(dependencies)
{
    private readonly ReplicatedRelationalConnection _connection = (ReplicatedRelationalConnection)dependencies.Connection;

    public override bool Exists()
    {
        using var work = PrimaryWork.Reading(_connection.Source);
        return base.Exists();
    }

    public override async Task<bool> ExistsAsync(CancellationToken cancellationToken = default)
    {
        using var work = PrimaryWork.Reading(_connection.Source);
        return await base.ExistsAsync(cancellationToken).ConfigureAwait(false);
    }

    public override IReadOnlyList<HistoryRow> GetAppliedMigrations()
    {
        using var work = PrimaryWork.Reading(_connection.Source);
        return base.GetAppliedMigrations();
    }

    public override async Task<IReadOnlyList<HistoryRow>> GetAppliedMigrationsAsync(CancellationToken cancellationToken = default)
    {
        using var work = PrimaryWork.Reading(_connection.Source);
        return await base.GetAppliedMigrationsAsync(cancellationToken).ConfigureAwait(false);
    }
}
