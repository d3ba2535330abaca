using System.Data;
using AwsWrapperDataProvider;
using AwsWrapperDataProvider.Dialect.MySqlConnector;
using AwsWrapperDataProvider.Driver.Utils;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>
/// The wrapper's plugin moves a connection to a reader when it is told that the session only reads. It knows the servers of Aurora by
/// itself; here it is told them.
/// </summary>
internal sealed class AwsWrapperPeer : IPeer
{
    // The user's lines:
    private readonly string _servers;

    public AwsWrapperPeer(ServerStrings servers)
    {
        // Left alone it traces each call to the console.
        LoggerUtils.SetLoggerFactory(NullLoggerFactory.Instance);
        MySqlConnectorDialectLoader.Load();
        var replicas = new MySqlConnectionStringBuilder(servers.Balanced).Server;
        var primary = new MySqlConnectionStringBuilder(servers.Primary);
        primary.Server += "," + replicas;
        _servers = primary.ConnectionString + ";Plugins=readWriteSplitting;SingleWriterConnectionString=true";
    }

    public IRequest Begin(Visitor visitor) => new Request(visitor, new AwsWrapperConnection<MySqlConnection>(_servers));

    // to here.

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Request(Visitor visitor, AwsWrapperConnection connection) : IRequest
    {
        // The user's lines:
        private bool? _reads;

        public async ValueTask DisposeAsync() => await connection.DisposeAsync();

        private async Task<AwsWrapperConnection> ForAsync(bool reading)
        {
            if (connection.State == ConnectionState.Closed)
            {
                await connection.OpenAsync();
            }

            if (_reads != reading)
            {
                await connection.ExecuteAsync($"SET SESSION TRANSACTION READ {(reading ? "ONLY" : "WRITE")}");
                _reads = reading;
            }

            return connection;
        }

        // to here.

        public async Task<PageVersions> PageAsync() => await DapperPage.ReadAsync(await ForAsync(reading: true));

        public async Task<long> OwnAsync() => await DapperPage.OwnAsync(await ForAsync(reading: true), visitor.Id);

        public async Task WriteAsync(long value) => await DapperPage.WriteAsync(await ForAsync(reading: false), visitor.Id, value);
    }
}
