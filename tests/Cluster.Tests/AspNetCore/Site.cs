using System.Collections.Concurrent;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A web application over a replicated data source on a port of its own, and what it logged.</summary>
internal sealed class Site : IAsyncDisposable
{
    public static byte[] Key { get; } = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];

    private readonly WebApplication _app;
    private readonly bool _ownsSource;

    private Site(WebApplication app, ReplicatedMySqlDataSource source, LogRecords log, bool ownsSource)
    {
        (_app, Source, Log, _ownsSource) = (app, source, log, ownsSource);
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public ReplicatedMySqlDataSource Source { get; }

    public LogRecords Log { get; }

    public IServiceProvider Services => _app.Services;

    public Uri At(string path) => new(Address, path);

    /// <summary>Starts it: causal sessions under <see cref="Key"/>, in cookies that plain HTTP carries.</summary>
    public static async Task<Site> StartAsync(
        RoutingFixture fixture,
        Action<WebApplication, ReplicatedMySqlDataSource> answer,
        Action<RequestSessionOptions>? configure = null,
        Action<WebApplicationBuilder>? build = null,
        ReplicatedMySqlDataSource? source = null
    )
    {
        var log = new LogRecords();
        var ownsSource = source is null;
        source ??= fixture.BuildSource(b => b.RecordDecisions().UseLoggerFactory(log));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddReadSessions(options =>
        {
            options.Level = ReadConsistency.Causal;
            options.Tokens = SessionTokenOptions.WithKey(Key);
            options.Cookie!.SecurePolicy = CookieSecurePolicy.None;
            configure?.Invoke(options);
        });
        build?.Invoke(builder);
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        answer(app, source);
        await app.StartAsync();
        return new Site(app, source, log, ownsSource);
    }

    /// <summary>Routing and sessions, as the documentation has them, and a page that reads and one that writes.</summary>
    public static void ReadAndWrite(WebApplication app, ReplicatedMySqlDataSource source)
    {
        app.UseRouting();
        app.UseReadSessions();
        app.MapGet("/read", () => ReadAsync(source));
        app.MapGet("/write", () => WriteAsync(source));
    }

    public static async Task<long> WriteAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'site') returning id");
    }

    public static async Task<long> ReadAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>("select coalesce(max(id), 0) from writes");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_ownsSource)
        {
            await Source.DisposeAsync();
        }
    }
}

/// <summary>What was logged.</summary>
internal sealed class LogRecords : ILoggerProvider, ILoggerFactory
{
    private readonly ConcurrentQueue<(string Category, EventId Id, LogLevel Level, string Text)> _records = new();

    /// <summary>The records of our categories with this number.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> Of(int id) =>
        [
            .. _records
                .Where(r => r.Category.StartsWith("MonotonicReads", StringComparison.Ordinal) && r.Id.Id == id)
                .Select(r => (r.Level, r.Text)),
        ];

    public void Clear() => _records.Clear();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() { }

    private sealed class Logger(string category, LogRecords records) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => records._records.Enqueue((category, eventId, logLevel, formatter(state, exception)));
    }
}
