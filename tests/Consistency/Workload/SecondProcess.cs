using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MonotonicReads.Consistency.Faults;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Workload;

/// <summary>What the other process is asked: to go on with a session, in a data source at these addresses.</summary>
internal sealed record Resumption(
    string Source,
    Addresses Addresses,
    string Version,
    string Token,
    ReadConsistency Level,
    ReplicaLoss Policy,
    int Session,
    int Number,
    int Seed,
    int Reads
);

/// <summary>Another process of this program, with data sources of its own; one question is with it at a time.</summary>
internal sealed class SecondProcess : IAsyncDisposable
{
    public const string Argument = "--second-process";

    private static readonly JsonSerializerOptions Json = new() { IncludeFields = true };

    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1);

    private SecondProcess(Process process) => _process = process;

    public static SecondProcess Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(SecondProcess).Assembly.Location, Argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (!Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.Ordinal))
        {
            start.FileName = "dotnet";
        }

        return new(Process.Start(start) ?? throw new InvalidOperationException("The second process could not be started."));
    }

    /// <summary>Goes on with a session there. What it did and saw comes into the history here.</summary>
    public async Task ResumeAsync(Grounds grounds, Client client, int token, string text, ReplicaLoss policy, int seed)
    {
        if (!await _turn.WaitAsync(0))
        {
            return; // it is busy, and the session has seen enough
        }

        try
        {
            var number = grounds.Recorder.NextSession();
            var asked = new Resumption(
                client.Source.Kind.Name,
                Addresses.Of(grounds.Stage, client.Source.Kind),
                grounds.Version.ToString(),
                text,
                client.Level,
                policy,
                number,
                client.Source.Id + 100,
                seed,
                new Random(seed).Next(1, 6)
            );
            var entry = new Entry
            {
                Kind = EntryKind.Session,
                Session = number,
                Begin = Recorder.Now,
                Level = client.Level,
                Policy = policy,
                Token = token,
                Source = asked.Number,
                Via = "resumed, second process",
            };
            var step = grounds.Recorder.BeginStep(entry);
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(asked, Json));
            await _process.StandardInput.FlushAsync();
            var answer =
                await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The second process has ended.");
            grounds.Recorder.EndStep(step);
            grounds.Recorder.Add(entry);
            foreach (var told in JsonSerializer.Deserialize<List<Entry>>(answer, Json)!)
            {
                // A write there has a tag of its own kind, which no write here has.
                grounds.Recorder.Add(told.Kind == EntryKind.Session ? told : told with { Session = number });
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The other process: a question a line, and the history of the answer.</summary>
    public static async Task<int> ServeAsync()
    {
        using var time = new MachineTime();
        var sources = new Dictionary<string, Source>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var asked = JsonSerializer.Deserialize<Resumption>(line, Json)!;
            var recorder = new Recorder(time);
            var key = string.Create(CultureInfo.InvariantCulture, $"{asked.Source} {asked.Addresses.Primary}");
            if (!sources.TryGetValue(key, out var source))
            {
                source = new(
                    asked.Number,
                    SourceKind.All.Single(kind => kind.Name == asked.Source),
                    asked.Addresses,
                    TimeProvider.System,
                    null
                );
                sources[key] = source;
            }

            source.Update(asked.Addresses);
            var grounds = new Grounds(recorder, [source], null!, ServerVersion.Parse(asked.Version));
            source.Here.SessionEvent += recorder.OnEvent;
            using (
                var session = ReadSession.Resume(
                    asked.Token,
                    asked.Level,
                    new ReadSessionOptions { OnReplicaLoss = asked.Policy },
                    Source.Tokens
                )
            )
            {
                recorder.Watch(session.Id, asked.Session);
                var client = new Client(grounds, source, source.Here, asked.Session, asked.Level, new Random(asked.Seed))
                {
                    MayCancel = false,
                };
                for (var i = 0; i < asked.Reads && await client.ReadAsync(); i++) { }

                recorder.Forget(session.Id, asked.Session);
            }

            source.Here.SessionEvent -= recorder.OnEvent;
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(recorder.Take(), Json));
        }

        foreach (var source in sources.Values)
        {
            await source.DisposeAsync();
        }

        return 0;
    }
}
