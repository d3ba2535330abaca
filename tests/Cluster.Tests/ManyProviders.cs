using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MonotonicReads.Cluster.Tests;

/// <summary>Each test has data sources of its own, and EF Core services for each, which a program with so many would be warned of.</summary>
internal static class ManyProviders
{
    public static DbContextOptionsBuilder AllowManyProviders(this DbContextOptionsBuilder options) =>
        options.ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning));
}
