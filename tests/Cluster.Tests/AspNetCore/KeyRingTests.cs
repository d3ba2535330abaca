using System.Data.Common;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>Keys of data protection that are read from replicas are told at the start: one that is behind has none.</summary>
public sealed class KeyRingTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private static readonly ServerVersion Version = ServerVersion.Parse("10.11.14-mariadb");

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task It_is_told(bool onReplicas, int records)
    {
        await using var source = fixture.BuildSource(b => b.ForPomelo());
        await using (var connection = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(
                "create table if not exists DataProtectionKeys (Id int auto_increment primary key, FriendlyName longtext, Xml longtext)"
            );
        }

        await using var site = await Site.StartAsync(
            fixture,
            Site.ReadAndWrite,
            o => o.Tokens = null,
            builder =>
            {
                if (onReplicas)
                {
                    builder.Services.AddDbContext<Keys>(o => o.UseMySql(source, Version).AllowManyProviders());
                }
                else
                {
                    builder.Services.AddDbContext<Keys>(o =>
                        o.UseMySql((DbConnection)source.Primary.CreateConnection(), Version).AllowManyProviders()
                    );
                }

                builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToDbContext<Keys>();
            },
            source
        );
        var told = site.Log.Of(108);
        Assert.Equal(records, told.Count);
        Assert.All(told, record => Assert.Equal(LogLevel.Warning, record.Level));
        Assert.All(told, record => Assert.Contains(nameof(Keys), record.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_look_that_fails_stops_no_start()
    {
        await using var site = await Site.StartAsync(
            fixture,
            Site.ReadAndWrite,
            build: builder =>
            {
                builder.Services.AddDbContext<Keys>((_, _) => throw new NotImplementedException("no keys yet"));
                builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToDbContext<Keys>();
            }
        );
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        Assert.Contains("no keys yet", Assert.Single(site.Log.Of(111)).Text, StringComparison.Ordinal);
    }

    private sealed class Keys(DbContextOptions<Keys> options) : DbContext(options), IDataProtectionKeyContext
    {
        public DbSet<DataProtectionKey> DataProtectionKeys { get; set; }
    }
}
