#pragma warning disable MR1002, MR1003 // It plays servers and client at once, and each series is a piece of work of its own.
// Three replicas, each of which knows only its own name: a series that stays on one replica reads one name.
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads;

var keepAlive = new List<SqliteConnection>();
var builder = new ReplicatedDataSourceBuilder().UsePrimary(Server("primary"));
string[] names = ["r1", "r2", "r3"];
int[] weights = [1, 2, 3];
for (var i = 0; i < names.Length; i++)
{
    builder.AddReplica(names[i], Server(names[i]), weights[i]);
}

var services = new ServiceCollection();
services.AddSingleton<DbDataSource>(builder.Build());
services.AddSingleton<IServerNames, ServerNames>();
services.AddConsistentRepositories();
await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
var repository = provider.GetRequiredService<IServerNames>();
Console.WriteLine($"repository: {repository.GetType().Name}");

var seen = new HashSet<string>();
var agree = true;
for (var i = 0; i < 200; i++)
{
    var (id, series) = await repository.ReadSeriesAsync(5);
    var picked = ReplicaSelectors.WeightedModulo.Select(id, [.. names.Select((name, n) => new WeightedReplica(name, weights[n], true))]);
    agree &= series.Distinct().Count() == 1 && series[0] == names[picked];
    seen.UnionWith(series);
}

Console.WriteLine($"every series on the replica that WeightedModulo names: {agree}");
Console.WriteLine($"replicas used by 200 series: {string.Join(' ', seen.Order())}");

DbDataSource Server(string name)
{
    var connectionString = $"Data Source={name};Mode=Memory;Cache=Shared";
    var connection = new SqliteConnection(connectionString);
    connection.Open();
    connection.Execute("CREATE TABLE server (name TEXT)");
    connection.Execute("INSERT INTO server VALUES (@name)", new { name });
    keepAlive.Add(connection);
    return SqliteFactory.Instance.CreateDataSource(connectionString);
}

public interface IServerNames
{
    Task<(Guid Id, List<string> Names)> ReadSeriesAsync(int reads);
}

[Monotonic]
public class ServerNames(DbDataSource source) : IServerNames
{
    public async Task<(Guid Id, List<string> Names)> ReadSeriesAsync(int reads)
    {
        var names = new List<string>();
        for (var i = 0; i < reads; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            names.Add(await connection.QuerySingleAsync<string>("SELECT name FROM server"));
        }

        return (ReadSession.Current!.Id, names);
    }
}
