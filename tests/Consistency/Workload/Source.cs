using System.Globalization;
using MonotonicReads.Consistency.Faults;
using MySqlConnector;

namespace MonotonicReads.Consistency.Workload;

/// <summary>How a data source differs from the default one.</summary>
/// <param name="Name">Its name, in tokens too.</param>
/// <param name="Settings">More of the connection strings.</param>
/// <param name="IsRelayed">Whether its replicas are reached through the relays, which the network's faults need, or directly.</param>
/// <param name="HasMonitor">Whether a monitor runs.</param>
/// <param name="IsForPomelo">Whether EF Core runs on it.</param>
internal sealed record SourceKind(string Name, string Settings, bool IsRelayed, bool HasMonitor, bool IsForPomelo)
{
    /// <summary>All that the workload uses.</summary>
    public static readonly SourceKind[] All =
    [
        new("plain", "MaximumPoolSize=20", IsRelayed: true, HasMonitor: false, IsForPomelo: false),
        new("kept", "MaximumPoolSize=20;ConnectionReset=False", IsRelayed: true, HasMonitor: true, IsForPomelo: false),
        new("small", "MaximumPoolSize=5", IsRelayed: false, HasMonitor: true, IsForPomelo: false),
        new("pomelo", "MaximumPoolSize=20", IsRelayed: false, HasMonitor: false, IsForPomelo: true),
    ];
}

/// <summary>Where a data source finds its servers.</summary>
internal sealed record Addresses(string Primary, IReadOnlyList<ReplicaAddress> Replicas)
{
    public const string Timeouts = "ConnectionTimeout=2;DefaultCommandTimeout=3;UseXaTransactions=False";

    public static Addresses Of(Stage stage, SourceKind kind) =>
        new(
            Through(stage.PrimaryRelay.Port, stage.Primary, kind.Settings),
            [
                .. stage
                    .Slots.Where(slot => slot.IsListed)
                    .Select(slot => new ReplicaAddress(
                        slot.Name,
                        Through(kind.IsRelayed ? slot.Relay.Port : slot.Member.Port, slot.Member, kind.Settings),
                        slot.Weight
                    )),
            ]
        );

    /// <summary>A member's connection string by way of a port.</summary>
    public static string Through(int port, Member member, string settings) =>
        new MySqlConnectionStringBuilder($"{member.ConnectionString};{Timeouts};{settings}") { Port = (uint)port }.ConnectionString;

    public List<ReplicaSettings> Settings(bool reversed) =>
        [.. (reversed ? Replicas.Reverse() : Replicas).Select(r => new ReplicaSettings(r.Name, r.ConnectionString, r.Weight))];
}

internal sealed record ReplicaAddress(string Name, string ConnectionString, int Weight);

/// <summary>A data source, and a second one of the same name and another order as another process has it.</summary>
internal sealed class Source : IAsyncDisposable
{
    public static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    public Source(int id, SourceKind kind, Addresses addresses, TimeProvider time, EventHandler<ReadSessionEventArgs>? onEvent)
    {
        (Id, Kind) = (id, kind);
        (Here, There) = (Build(addresses, reversed: false, time), Build(addresses, reversed: true, time));
        Here.SessionEvent += onEvent;
        There.SessionEvent += onEvent;
    }

    /// <summary>Odd; the second one's is the next.</summary>
    public int Id { get; }

    public SourceKind Kind { get; }

    public ReplicatedMySqlDataSource Here { get; }

    public ReplicatedMySqlDataSource There { get; }

    public int IdOf(ReplicatedMySqlDataSource source) => source == Here ? Id : Id + 1;

    /// <summary>Whether both keep new sessions from a replica because it holds what the primary lacks.</summary>
    public bool KnowAsDiverged(string replica) =>
        new[] { Here, There }.All(data => data.GetServers().Any(server => server.Name == replica && server.IsDiverged));

    public void Update(Addresses addresses)
    {
        Here.UpdateReplicas(addresses.Settings(reversed: false));
        There.UpdateReplicas(addresses.Settings(reversed: true));
    }

    public async ValueTask DisposeAsync()
    {
        await Here.DisposeAsync().ConfigureAwait(false);
        await There.DisposeAsync().ConfigureAwait(false);
    }

    private ReplicatedMySqlDataSource Build(Addresses addresses, bool reversed, TimeProvider time)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseName(Kind.Name)
            .UsePrimary(addresses.Primary)
            .UseTimeProvider(time)
            .RecordDecisions()
            .UseDrainTimeout(TimeSpan.FromSeconds(1));
        foreach (var replica in addresses.Settings(reversed))
        {
            builder.AddReplica(replica.Name, replica.ConnectionString, replica.Weight);
        }

        if (Kind.HasMonitor)
        {
            builder.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(250), MaxLag = TimeSpan.FromSeconds(3) });
        }

        return (Kind.IsForPomelo ? builder.ForPomelo() : builder).Build();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind.Name} ({Id})");
}

/// <summary>A client's clock that can be set.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _offset;

    public void Step(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _offset));
}
