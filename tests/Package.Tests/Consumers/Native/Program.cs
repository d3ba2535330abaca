#pragma warning disable MR1002, MR1003 // It plays servers and client at once, and each series is a piece of work of its own.
// Compiled ahead of time, and trimmed: what the package finds by attributes and configuration must still be there.
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads;

var keepAlive = new List<SqliteConnection>();
var source = new ReplicatedDataSourceBuilder()
    .UsePrimary(Server("primary"))
    .AddReplica("r1", Server("r1"), 1)
    .AddReplica("r2", Server("r2"), 2)
    .Build();
var configuration = new ConfigurationBuilder()
    .AddInMemoryCollection(
        new Dictionary<string, string?>
        {
            ["Shop:Primary"] = "Server=db0;Database=shop",
            ["Shop:Replicas:0:Name"] = "r1",
            ["Shop:Replicas:0:ConnectionString"] = "Server=db1;Database=shop",
            ["Shop:Replicas:0:Weight"] = "2",
        }
    )
    .Build();

var services = new ServiceCollection();
services.AddReplicatedMySqlDataSource(configuration.GetSection("Shop"));
services.AddSingleton<DbDataSource>(source);
services.AddSingleton<IServerNames, ServerNames>();
services.AddSingleton(typeof(IBox<>), typeof(Box<>));
services.AddConsistentRepositories();
await using var provider = services.BuildServiceProvider();
Console.WriteLine(
    $"from configuration: {string.Join(' ', provider.GetRequiredService<ReplicatedMySqlDataSource>().GetServers().Select(s => s.Name))}"
);
var repository = provider.GetRequiredService<IServerNames>();
Console.WriteLine($"repository: {repository.GetType().Name}, {provider.GetRequiredService<IBox<string>>().GetType().Name}");
var oneEach = true;
var seen = new HashSet<string>();
for (var i = 0; i < 50; i++)
{
    var series = await repository.ReadSeriesAsync(5);
    oneEach &= series.Distinct().Count() == 1;
    seen.UnionWith(series);
}

Console.WriteLine($"every series on one replica: {oneEach}, replicas used: {string.Join(' ', seen.Order())}");
var options = SessionTokenOptions.WithKey(RandomNumberGenerator.GetBytes(32));
string token;
Guid id;
using (var session = ReadSession.Begin(ReadConsistency.Causal))
{
    id = session.Id;
    session.ObserveWrite(MySqlGtidSet.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"));
    token = session.ToToken(options);
}

using var resumed = ReadSession.Resume(token, options);
Console.WriteLine($"resumed: {resumed.Id == id}, {resumed.Consistency}");

DbDataSource Server(string name)
{
    var connectionString = $"Data Source={name};Mode=Memory;Cache=Shared";
    var connection = new SqliteConnection(connectionString);
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = $"CREATE TABLE server (name TEXT); INSERT INTO server VALUES ('{name}')";
    command.ExecuteNonQuery();
    keepAlive.Add(connection);
    return SqliteFactory.Instance.CreateDataSource(connectionString);
}

public interface IServerNames
{
    Task<List<string>> ReadSeriesAsync(int reads);
}

[Monotonic]
public class ServerNames(DbDataSource source) : IServerNames
{
    public async Task<List<string>> ReadSeriesAsync(int reads)
    {
        var names = new List<string>();
        for (var i = 0; i < reads; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT name FROM server";
            names.Add((string)(await command.ExecuteScalarAsync())!);
        }

        return names;
    }
}

public interface IBox<T>
{
    T? Get();
}

[Monotonic]
public class Box<T> : IBox<T>
{
    public T? Get() => default;
}
