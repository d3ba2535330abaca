using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// Whether the application's data protection reads its keys through EF Core from replicas: a process that finds none there yet makes its
/// own, and takes nothing that the others protect.
/// </summary>
internal static class KeyRepositoryCheck
{
    private const string Repository = "EntityFrameworkCoreXmlRepository`1";

    /// <summary>Looks, and says so where it finds something, or could not look: nothing hangs on it but a warning.</summary>
    public static void Run(IServiceProvider services, ILogger logger)
    {
        try
        {
            Look(services, logger);
        }
        catch (Exception exception)
        {
            RequestSessionLog.KeysNotLookedAt(logger, exception.Message);
        }
    }

    private static void Look(IServiceProvider services, ILogger logger)
    {
        var repository = services.GetService<IOptions<KeyManagementOptions>>()?.Value.XmlRepository?.GetType();
        if (repository is { IsGenericType: true } && repository.Name == Repository)
        {
            var context = repository.GenericTypeArguments[0];
            using var scope = services.CreateScope();
            if (
                scope.ServiceProvider.GetService(context) is { } db
                && ConnectionOf(db) is ReplicatedConnection { Routed.IsForPrimary: false }
            )
            {
                RequestSessionLog.KeysAreOnReplicas(logger, context.Name);
            }
        }
    }

    // This package needs no EF Core; an application that keeps its keys there has it.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where the method was trimmed away nothing is said.")]
    private static object? ConnectionOf(object db)
    {
        var database = Type.GetType("Microsoft.EntityFrameworkCore.DbContext, Microsoft.EntityFrameworkCore")
            ?.GetProperty("Database")
            ?.GetValue(db);
        return database is null
            ? null
            : Type.GetType("Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions, Microsoft.EntityFrameworkCore.Relational")
                ?.GetMethod("GetDbConnection")
                ?.Invoke(null, [database]);
    }
}
