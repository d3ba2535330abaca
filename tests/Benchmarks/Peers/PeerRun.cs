using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dapper;
using MonotonicReads.Benchmarks.Peers.Parts;
using MonotonicReads.Benchmarks.Peers.Results;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers;

/// <summary>The other ways to read from replicas, and ours, at the same page.</summary>
internal static class PeerRun
{
    public static async Task<int> MainAsync(IReadOnlyList<string> args)
    {
        try
        {
            await RunAsync(PeerOptions.Parse(args, [.. PeerList.All.Select(static entry => entry.Key)]));
            return 0;
        }
        catch (PeerOptionsException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    private static async Task RunAsync(PeerOptions options)
    {
        var earlier = options.From is { } from ? Comparison.Load(from) : null;
        var comparison = options.Parts.Count == 0 ? earlier! : await MeasureAsync(options, earlier);
        Console.WriteLine(ComparisonTables.Of(comparison));
        if (options.Save is { } save)
        {
            comparison.Save(save);
        }

        if (options.Write)
        {
            var (page, results) = Places();
            await File.WriteAllTextAsync(page, ComparisonTables.Written(await File.ReadAllTextAsync(page), comparison));
            comparison.Save(results);
        }
    }

    private static async Task<Comparison> MeasureAsync(PeerOptions options, Comparison? earlier)
    {
        var entries = PeerList.All.Where(entry => options.Only?.Contains(entry.Key) != false).ToList();
        var machine = await MachineAsync();
        var lines = PeerList.All.ToDictionary(static entry => entry.Key, static entry => UserLines.Of(entry.Type));
        var seen = options.Parts.Contains(PeerOptions.Seen) ? await SeenAsync(entries, options) : [];
        var fast = options.Parts.Contains(PeerOptions.Fast) ? await FastAsync(entries, options.IsShort) : [];
        var killed = options.Parts.Contains(PeerOptions.Killed) ? await KilledAsync(entries, options.IsShort) : [];
        var known = earlier?.Peers.ToDictionary(static peer => peer.Key) ?? [];
        var peers = PeerList
            .All.Select(entry =>
                new PeerResult(
                    entry.Key,
                    entry.Name,
                    lines[entry.Key],
                    seen.GetValueOrDefault(entry.Key),
                    fast.GetValueOrDefault(entry.Key),
                    killed.GetValueOrDefault(entry.Key)
                ).Over(known.GetValueOrDefault(entry.Key))
            )
            // Those that this build leaves out stay as they were.
            .Concat(known.Values.Where(static peer => PeerList.All.All(entry => entry.Key != peer.Key)))
            .Where(static peer => peer is not { Seen: null, Fast: null, Killed: null })
            .ToList();
        var command = earlier is null ? options.Command : $"{earlier.Command}\n{options.Command}";
        return new(DateOnly.FromDateTime(DateTime.UtcNow), command, machine, Packages(), peers);
    }

    private static async Task<Dictionary<string, SeenResult>> SeenAsync(List<PeerEntry> entries, PeerOptions options)
    {
        await using var shop = await PeerShop.StartAsync([.. options.Delays ?? [0, 1, 3]]);
        // Until each replica shows changes that are as old as its delay, a late one cannot be told from one that is up to date.
        await Task.Delay(TimeSpan.FromSeconds(1 + (options.Delays?.Max() ?? 3)));
        var results = new Dictionary<string, SeenResult>();
        foreach (var entry in entries)
        {
            await TryAsync($"seen: {entry.Key}", async () => results[entry.Key] = await Seen.RunAsync(entry, shop, options.IsShort));
        }

        return results;
    }

    private static async Task<Dictionary<string, IReadOnlyList<FastResult>>> FastAsync(List<PeerEntry> entries, bool isShort)
    {
        var withPlain = entries.Any(static entry => entry.Key == PeerList.Plain) ? entries : [PeerList.All[0], .. entries];
        return await Fast.RunAsync(withPlain, isShort, Tell);
    }

    private static async Task<Dictionary<string, KilledResult>> KilledAsync(List<PeerEntry> entries, bool isShort)
    {
        var results = new Dictionary<string, KilledResult>();
        foreach (var entry in entries)
        {
            await TryAsync($"killed: {entry.Key}", async () => results[entry.Key] = await Killed.RunAsync(entry, isShort));
        }

        return results;
    }

    // A peer that throws where nothing was done to it is told and left out: the quarter of an hour of the others is not lost for it.
    private static async Task TryAsync(string what, Func<Task> measure)
    {
        Tell(what);
        try
        {
            await measure();
        }
        catch (Exception exception)
        {
            Tell($"{what} is left out: {exception}");
        }
    }

    private static void Tell(string what) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss} {what}"));

    private static async Task<string> MachineAsync()
    {
        await using var shop = await PeerShop.StartAsync();
        await using var connection = new MySqlConnection(shop.Cluster.Primary.AdminConnectionString + ";Pooling=false");
        var server = await connection.ExecuteScalarAsync<string>("select version()");
        return $"{Environment.ProcessorCount} processors for servers and program, MariaDB {server}, .NET {Environment.Version}";
    }

    private static List<string> Packages() =>
        [
            .. PeerList
                .All.SelectMany(static entry => entry.Uses)
                .Select(static type => type.Assembly)
                .Distinct()
                .Select(static assembly => $"{assembly.GetName().Name} {Version(assembly)}")
                .Order(StringComparer.Ordinal),
        ];

    // What stands behind "+" is the commit.
    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static (string Page, string Results) Places([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        return (Path.GetFullPath(Path.Combine(folder, "../../../docs/comparison.md")), Path.Combine(folder, "comparison.json"));
    }
}
