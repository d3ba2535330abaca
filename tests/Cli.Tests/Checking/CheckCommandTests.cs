using System.Text.Json;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cli.Tests.Checking;

/// <summary>The lint of real servers from a shell.</summary>
public sealed class CheckCommandTests : IAsyncLifetime
{
    private MariaDbCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 2);
        await using var connection = new MySqlConnection(_cluster.Primary.AdminConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE USER 'shop'@'%' IDENTIFIED BY 's3cret'; GRANT SELECT ON *.* TO 'shop'@'%'; SELECT @@last_gtid";
        var position = (string)(await command.ExecuteScalarAsync())!;
        foreach (var replica in _cluster.Replicas)
        {
            await using var other = new MySqlConnection(replica.ConnectionString);
            await other.OpenAsync();
            await using var wait = other.CreateCommand();
            wait.CommandText = $"SELECT MASTER_GTID_WAIT('{position}', 30)";
            Assert.Equal(0L, Convert.ToInt64(await wait.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    private string Primary => _cluster.Primary.ConnectionString;

    private string Replica(int index) => _cluster.Replicas[index].ConnectionString;

    private static string AsShop(string connection) =>
        new MySqlConnectionStringBuilder(connection) { UserID = "shop", Password = "" }.ConnectionString;

    [Fact]
    public async Task Servers_that_are_well_are_fine()
    {
        var run = await ToolRun.OfAsync(".", "check", Primary, Replica(0), "east=" + Replica(1));
        Assert.Equal((ExitCodes.Fine, "Fine: primary, replica1, east keep what read sessions promise.\n"), (run.ExitCode, run.Output));
        Assert.Equal("Asking primary, replica1, east\n", run.Error);
    }

    [Fact]
    public async Task Findings_and_missing_grants_are_listed_with_their_remedies()
    {
        string[] line =
        [
            "check",
            "--primary",
            AsShop(Primary),
            "--replica",
            "r1=" + AsShop(Replica(0)),
            "--replica",
            "r2=" + AsShop(Primary),
            "--password-variable",
            "SHOP_PASSWORD",
        ];
        var run = await RunAsync(line, ("SHOP_PASSWORD", "s3cret"));
        Assert.Equal(ExitCodes.Found, run.ExitCode);
        Assert.Contains("MRT011 error: primary ", run.Output, StringComparison.Ordinal);
        Assert.Contains(" ON *.* TO 'shop'@'%';\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nMissing on primary", run.Output, StringComparison.Ordinal);
        Assert.Contains("MRT006 error: r2 ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", run.Output + run.Error, StringComparison.Ordinal);

        using var json = JsonDocument.Parse((await RunAsync([.. line, "--json"], ("SHOP_PASSWORD", "s3cret"))).Output);
        Assert.Equal(1, json.RootElement.GetProperty("exitCode").GetInt32());
        var missing = json.RootElement.GetProperty("missingGrants").EnumerateArray().ToList();
        Assert.NotEmpty(missing);
        Assert.All(missing, static m => Assert.StartsWith("GRANT ", m.GetProperty("statement").GetString(), StringComparison.Ordinal));
        // The statement is what was missing: with it that finding is gone.
        await using (var connection = new MySqlConnection(_cluster.Primary.AdminConnectionString))
        {
            await connection.OpenAsync();
            foreach (var statement in missing.Select(static m => m.GetProperty("statement").GetString()!).Distinct())
            {
                await using var grant = new MySqlCommand(statement, connection);
                await grant.ExecuteNonQueryAsync();
            }
        }

        var after = await RunAsync(line, ("SHOP_PASSWORD", "s3cret"));
        Assert.DoesNotContain("MRT011", after.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_are_read_as_an_application_reads_them()
    {
        using var folder = new Folder();
        folder[
            "appsettings.json"
        ] = $$"""
            {
              // As in an application.
              "Logging": { "LogLevel": { "Default": "Information" } },
              "Shop": { "Database": { "Primary": "{{Primary}}", "Replicas": [ { "Name": "r1", "ConnectionString": "{{Replica(
                0
            )}}", "Weight": 2 } ] } }
            }
            """;
        var run = await folder.ToolAsync("check", "--settings", "appsettings.json");
        Assert.Equal((ExitCodes.Fine, "Fine: primary, r1 keep what read sessions promise.\n"), (run.ExitCode, run.Output));
        Assert.Equal(
            ExitCodes.Fine,
            (await folder.ToolAsync("check", "--settings", "appsettings.json", "--section", "Shop:Database")).ExitCode
        );

        var wrong = await folder.ToolAsync("check", "--settings", "appsettings.json", "--section", "Shop");
        Assert.Equal(ExitCodes.NotLoaded, wrong.ExitCode);
        Assert.Contains("Database", wrong.Error, StringComparison.Ordinal);
        var missing = await folder.ToolAsync("check", "--settings", "appsettings.json", "--section", "Nowhere");
        Assert.Equal(ExitCodes.WrongUsage, missing.ExitCode);
        Assert.Contains("These look like data sources: Shop:Database.", missing.Error, StringComparison.Ordinal);
        folder["appsettings.json"] = "{ nonsense";
        Assert.Equal(ExitCodes.NotLoaded, (await folder.ToolAsync("check", "--settings", "appsettings.json")).ExitCode);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_finding()
    {
        using var ports = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        ports.Start();
        var nobody = new MySqlConnectionStringBuilder(Replica(0)) { Port = (uint)((System.Net.IPEndPoint)ports.LocalEndpoint).Port };
        ports.Stop();
        var run = await ToolRun.OfAsync(".", "check", Primary, "gone=" + nobody.ConnectionString);
        Assert.Equal(ExitCodes.Found, run.ExitCode);
        Assert.StartsWith("MRT001 error: gone ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Say which servers", "check")]
    [InlineData("Say which servers", "check", "Server=a", "--settings", "x.json")]
    [InlineData("--section goes with --settings", "check", "Server=a", "--section", "x")]
    [InlineData(
        "The environment variable that --password-variable names is not set",
        "check",
        "Server=a",
        "r1=Server=b",
        "--password-variable",
        "NOT_SET"
    )]
    [InlineData("Replica 1 is no NAME=CONNECTION", "check", "Server=a", "r1")]
    [InlineData("There is no ", "check", "--settings", "no-such.json")]
    public async Task What_cannot_be_meant_is_told(string told, params string[] line)
    {
        var run = await ToolRun.OfAsync(Path.GetTempPath(), line);
        Assert.Equal((ExitCodes.WrongUsage, ""), (run.ExitCode, run.Output));
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
    }

    private static async Task<ToolRun> RunAsync(string[] line, (string Name, string Value) variable)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, error, ".", name => name == variable.Name ? variable.Value : null);
        return new(await CommandLine.RunAsync(line, terminal, CancellationToken.None), output.ToString(), error.ToString());
    }
}
