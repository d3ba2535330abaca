using System.Globalization;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Workload;

/// <summary>Runs one session after the other, each of a kind that its seed draws, until the phase ends.</summary>
internal sealed class Worker(Grounds grounds, int seed, bool isSynchronous, bool isSlow)
{
    private static readonly ReadConsistency[] Levels =
    [
        ReadConsistency.Monotonic,
        ReadConsistency.Monotonic,
        ReadConsistency.Snapshot,
        ReadConsistency.Causal,
        ReadConsistency.Causal,
        ReadConsistency.Global,
        ReadConsistency.Primary,
    ];

    private static readonly ReplicaLoss[] Policies =
    [
        ReplicaLoss.Primary,
        ReplicaLoss.Primary,
        ReplicaLoss.CaughtUp,
        ReplicaLoss.Fail,
        ReplicaLoss.Redraw,
    ];

    private static readonly ReplicaLoss[] PagePolicies = Enum.GetValues<ReplicaLoss>();

    // In milliseconds: less than a round trip may take, and more than a fault lasts.
    private static readonly int[] Bounds = [2, 50, 200, 1_000, 3_000];

    private readonly Random _random = new(seed);

    public async Task RunAsync()
    {
        while (!grounds.IsOver)
        {
            var source = grounds.Sources[_random.Next(grounds.Sources.Count)];
            var data = _random.Next(2) == 0 ? source.Here : source.There;
            var kind = _random.Next(100);
            if (kind < 3)
            {
                await OutsideAsync(source, data);
            }
            else if (kind < 12 && !isSynchronous && grounds.Site is { } site)
            {
                await site.VisitAsync(grounds, new Random(_random.Next()));
            }
            else if (kind < 40)
            {
                var policy = PagePolicies[_random.Next(PagePolicies.Length)];
                await new WorkersPage(grounds, source, data, new Random(_random.Next()), isSynchronous, isSlow).VisitAsync(policy);
            }
            else
            {
                await SessionAsync(source, data);
            }
        }
    }

    private async Task OutsideAsync(Source source, ReplicatedMySqlDataSource data)
    {
        var client = ClientOf(source, data, 0, ReadConsistency.Eventual);
        for (var i = 0; i < 4 && await client.ReadAsync(); i++)
        {
            await PauseAsync(client);
        }
    }

    private async Task SessionAsync(Source source, ReplicatedMySqlDataSource data)
    {
        var number = grounds.Recorder.NextSession();
        var level = Levels[_random.Next(Levels.Length)];
        var policy = Policies[_random.Next(Policies.Length)];
        var isPlanned = _random.Next(4) == 0;
        var bound = level != ReadConsistency.Snapshot && _random.Next(4) == 0 ? Bounds[_random.Next(Bounds.Length)] : 0;
        var options = new ReadSessionOptions
        {
            OnReplicaLoss = policy,
            Reads = isPlanned ? _random.Next(2, 6) : 0,
            MaxStalenessMilliseconds = bound,
            MaxWaitMilliseconds = _random.Next(8) == 0 ? _random.Next(2) * 2_000 : 500,
        };
        var isKeyed = _random.Next(4) == 0;
        var begin = Recorder.Now;
        using var session = isKeyed
            ? ReadSession.Begin(level, string.Create(CultureInfo.InvariantCulture, $"job {_random.Next(50)}"), options)
            : ReadSession.Begin(level, options);
        if (policy == ReplicaLoss.Redraw)
        {
            grounds.Recorder.Watch(session.Id, number);
        }

        var client = ClientOf(source, data, number, level);
        if (level == ReadConsistency.Snapshot)
        {
            client.InSnapshot();
        }

        if (bound > 0)
        {
            client.Within(bound);
        }

        var what = _random.Next(100);
        var name =
            level == ReadConsistency.Snapshot || what < 45 ? "series"
            : what < 60 ? "nested"
            : what < 70 ? "parallel"
            : what < 78 ? "open reader"
            : what < 86 ? "held"
            : "token";
        grounds.Recorder.Add(
            new()
            {
                Kind = EntryKind.Session,
                Session = number,
                Begin = begin,
                Level = level,
                Policy = policy,
                Source = source.IdOf(data),
                Via =
                    $"{name}{(isPlanned ? ", planned" : "")}{(isKeyed ? ", keyed" : "")}{(bound > 0 ? ", bounded" : "")}{(isSynchronous ? ", sync" : "")}{(isSlow ? ", slow" : "")}",
            }
        );
        await (
            name switch
            {
                "series" => SeriesAsync(client, isPlanned ? options.Reads + _random.Next(-1, 2) : Length()),
                "nested" => NestedAsync(client),
                "parallel" => ParallelAsync(client),
                "open reader" => RepeatAsync(client, client.OpenReaderAsync),
                "held" => RepeatAsync(client, () => client.HoldAsync(_random.Next(2, 6))),
                _ => TokenAsync(client, session, policy),
            }
        );
        if (policy == ReplicaLoss.Redraw)
        {
            grounds.Recorder.Forget(session.Id, number);
        }
    }

    private int Length() => isSlow ? _random.Next(20, 60) : _random.Next(2, 16);

    private Client ClientOf(Source source, ReplicatedMySqlDataSource data, int number, ReadConsistency level) =>
        new(grounds, source, data, number, level, new Random(_random.Next())) { IsSynchronous = isSynchronous };

    private Task PauseAsync(Client client) =>
        isSlow ? client.PauseAsync(60)
        : _random.Next(6) == 0 ? client.PauseAsync(2)
        : Task.CompletedTask;

    private async Task<bool> SeriesAsync(Client client, int reads)
    {
        for (var i = 0; i < reads && !grounds.IsOver; i++)
        {
            var writes = client.Scope == 0 && _random.Next(isSlow ? 6 : 20) == 0;
            if (!await (writes ? client.WriteAsync() : client.ReadAsync()))
            {
                // Once more: what follows a failure has to be right, or fail.
                return await client.ReadAsync() && false;
            }

            await PauseAsync(client);
        }

        return true;
    }

    private async Task NestedAsync(Client client)
    {
        for (var i = 0; i < Length() && !grounds.IsOver; i++)
        {
            if (!await client.ReadAsync())
            {
                return;
            }

            ReadConsistency[] inner =
            [
                ReadConsistency.Monotonic,
                ReadConsistency.Snapshot,
                ReadConsistency.Causal,
                ReadConsistency.Global,
                ReadConsistency.Primary,
            ];
            var level = inner[_random.Next(inner.Length)];
            if (level == ReadConsistency.Snapshot && client.Level == ReadConsistency.Primary)
            {
                continue; // what it promises then is for others to say
            }

            using (ReadSession.Begin(level))
            {
                if (!await SeriesAsync(client.Under(level), _random.Next(1, 4)))
                {
                    return;
                }
            }

            await PauseAsync(client);
        }
    }

    private async Task ParallelAsync(Client client)
    {
        for (var i = 0; i < 4 && !grounds.IsOver; i++)
        {
            if (client.Scope == 0 && _random.Next(3) == 0 && !await client.WriteAsync())
            {
                return;
            }

            var reads = Enumerable
                .Range(0, 3)
                .Select(_ => client.Beside())
                .Select(beside => isSynchronous ? beside.ReadAsync() : Task.Run(beside.ReadAsync))
                .ToList();
            if ((await Task.WhenAll(reads)).Contains(false))
            {
                return;
            }

            await PauseAsync(client);
        }
    }

    private async Task RepeatAsync(Client client, Func<Task<bool>> read)
    {
        for (var i = 0; i < Length() / 3 + 1 && !grounds.IsOver; i++)
        {
            if (client.Scope == 0 && _random.Next(6) == 0 && !await client.WriteAsync() || !await read())
            {
                return;
            }

            await PauseAsync(client);
        }
    }

    // Reads and writes, a token, and the same in a data source that has another order or in another process.
    private async Task TokenAsync(Client client, ReadSession session, ReplicaLoss policy)
    {
        if (!await SeriesAsync(client, _random.Next(1, 6)))
        {
            return;
        }

        var token = grounds.Recorder.NextToken();
        var text = "";
        var made = new Entry
        {
            Kind = EntryKind.Token,
            Session = client.Session,
            Source = client.Source.IdOf(client.Data),
            Begin = Recorder.Now,
            Token = token,
            Via = "token",
            Level = client.Level,
        };
        if (
            !await client.StepAsync(
                made,
                async cancel => text = isSynchronous ? session.ToToken(Source.Tokens) : await session.ToTokenAsync(Source.Tokens, cancel)
            )
        )
        {
            return;
        }

        grounds.Recorder.Add(made);
        await PauseAsync(client);
        if (!isSynchronous && _random.Next(3) == 0 && grounds.Second is { } second)
        {
            await second.ResumeAsync(grounds, client, token, text, policy, _random.Next());
            return;
        }

        await ResumeAsync(client, token, text, policy);
    }

    private async Task ResumeAsync(Client client, int token, string text, ReplicaLoss policy)
    {
        var number = grounds.Recorder.NextSession();
        var other = client.Data == client.Source.Here ? client.Source.There : client.Source.Here;
        var entry = new Entry
        {
            Kind = EntryKind.Session,
            Session = number,
            Begin = Recorder.Now,
            Level = client.Level,
            Policy = policy,
            Token = token,
            Source = client.Source.IdOf(other),
            Via = "resumed" + (isSynchronous ? ", sync" : ""),
        };
        using var resumed = ReadSession.Resume(text, client.Level, new ReadSessionOptions { OnReplicaLoss = policy }, Source.Tokens);
        grounds.Recorder.Add(entry);
        if (policy == ReplicaLoss.Redraw)
        {
            grounds.Recorder.Watch(resumed.Id, number);
        }

        var next = ClientOf(client.Source, other, number, client.Level);
        if (await SeriesAsync(next, _random.Next(1, 6)) && _random.Next(2) == 0 && !grounds.IsOver)
        {
            await TokenAsync(next, resumed, policy);
        }

        if (policy == ReplicaLoss.Redraw)
        {
            grounds.Recorder.Forget(resumed.Id, number);
        }
    }
}
