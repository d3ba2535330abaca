using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.Controls;
using MonotonicReads.Consistency.Drawing;
using MonotonicReads.Consistency.Faults;
using MonotonicReads.Consistency.History;
using MonotonicReads.Consistency.Workload;
using MySqlConnector;

namespace MonotonicReads.Consistency;

/// <summary>One run: the controls, then each fault alone, then several at once until the time is over.</summary>
internal sealed class Run : IAsyncDisposable
{
    private const string ConnectionsOfClients =
        "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app' AND command <> 'Binlog Dump'";

    /// <summary>Of one phase and one promise no more are told and drawn; all are counted.</summary>
    private const int MostTold = 3;

    private const int Workers = 12;
    private const int SlowWorkers = 6;
    private const int SynchronousWorkers = 3;

    private readonly RunOptions _options;
    private readonly Random _random;
    private readonly MachineTime _time = new();
    private readonly Recorder _recorder;
    private readonly Stage _stage;
    private readonly List<Source> _sources = [];
    private readonly Grounds _grounds;
    private readonly HistoryFile _history;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly HashSet<int> _excused = [];
    private StateTree? _tree;

    private Run(RunOptions options, Stage stage, ServerVersion version)
    {
        (_options, _stage, _random) = (options, stage, new Random(options.Seed));
        _recorder = new(_time);
        Directory.CreateDirectory(options.Output);
        _history = new(Path.Combine(options.Output, "history.jsonl"));
        _grounds = new(_recorder, _sources, stage, version);
        foreach (var kind in SourceKind.All)
        {
            _sources.Add(new(_sources.Count * 2 + 1, kind, Addresses.Of(stage, kind), _grounds.Time, _recorder.OnEvent));
        }

        stage.Changed += () =>
        {
            foreach (var source in _sources)
            {
                source.Update(Addresses.Of(stage, source.Kind));
            }
        };
        Summary = new(options) { Pages = _grounds.Pages };
    }

    public Summary Summary { get; }

    public string HistoryPath => _history.Path;

    public static async Task<Run> StartAsync(RunOptions options)
    {
        var stage = options.IsMySql ? await Stage.StartMySqlAsync(replicas: 3) : await Stage.StartMariaDbAsync(replicas: 3);
        var version = await stage.Primary.ScalarAsync("SELECT VERSION()");
        var run = new Run(options, stage, ServerVersion.Parse(version));
        run._grounds.Site = await Site.StartAsync(run._sources[0]);
        run._grounds.Second = SecondProcess.Start();
        return run;
    }

    /// <summary>Runs it all.</summary>
    /// <param name="say">Where progress is told.</param>
    public async Task PlayAsync(Action<string> say)
    {
        if (_options.HasControls)
        {
            await PlayControlsAsync(say);
        }

        if (_options.IsSoak)
        {
            await SoakAsync(say);
            return;
        }

        var faults = FaultCatalogue
            .All.Where(fault => fault.IsForMySql || !_options.IsMySql)
            .Where(fault => _options.Only.Count == 0 || _options.Only.Contains(fault.Name))
            .ToList();
        var left = TimeLeft();
        var length = TimeSpan.FromSeconds(Math.Clamp(left.TotalSeconds / (faults.Count + 4) - 0.9, 0.8, 8));
        for (var round = 0; round == 0 || TimeLeft() > TimeSpan.Zero; round++)
        {
            foreach (var fault in faults)
            {
                // Each is played once, on a slow machine too.
                if (round > 0 && TimeLeft() <= TimeSpan.Zero)
                {
                    break;
                }

                await PlayPhaseAsync([fault], length, say);
            }

            for (var i = 0; i < faults.Count / 2 && TimeLeft() > TimeSpan.Zero && _options.Only.Count != 1; i++)
            {
                await PlayPhaseAsync(Mix(faults), length, say);
            }
        }
    }

    /// <summary>Closes what the clients have, and looks whether the servers still know somebody.</summary>
    public async Task CloseAsync()
    {
        if (_grounds.Second is { } second)
        {
            await second.DisposeAsync();
            _grounds.Second = null;
        }

        if (_grounds.Site is { } site)
        {
            await site.DisposeAsync();
            _grounds.Site = null;
        }

        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }

        _sources.Clear();
        MySqlConnection.ClearAllPools();
        var left = "";
        for (var started = _time.Now; _time.Now - started < TimeSpan.FromSeconds(30); await Task.Delay(50))
        {
            left = await ConnectionsLeftAsync();
            if (left.Length == 0)
            {
                return;
            }
        }

        Summary.Add("end", [new(Promise.Connections, $"Connections are left at the servers:{left}", [])]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sources.Count > 0)
        {
            await CloseAsync();
        }

        _history.Dispose();
        await _stage.DisposeAsync();
        _time.Dispose();
    }

    private async Task<string> ConnectionsLeftAsync()
    {
        var left = "";
        foreach (var member in _stage.Members)
        {
            var count = await member.ScalarAsync(ConnectionsOfClients);
            left += count == "0" ? "" : $" {count} on {member}";
        }

        return left;
    }

    private async Task SoakAsync(Action<string> say)
    {
        using var process = Process.GetCurrentProcess();
        var reads = 0L;
        for (var minute = 1; TimeLeft() > TimeSpan.Zero; minute++)
        {
            var next = Stopwatch.GetTimestamp();
            while (TimeLeft() > TimeSpan.Zero && Stopwatch.GetElapsedTime(next) < TimeSpan.FromSeconds(58))
            {
                await PlayPhaseAsync([FaultCatalogue.Calm], TimeSpan.FromSeconds(Math.Clamp(TimeLeft().TotalSeconds, 1, 14)), _ => { });
            }

            process.Refresh();
            var connections = 0;
            foreach (var member in _stage.Members)
            {
                connections += int.Parse(await member.ScalarAsync(ConnectionsOfClients), CultureInfo.InvariantCulture);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            Summary.Add(
                new Minute(
                    minute,
                    GC.GetTotalMemory(forceFullCollection: true),
                    process.WorkingSet64,
                    connections,
                    Summary.SessionReads - reads,
                    process.Threads.Count
                )
            );
            reads = Summary.SessionReads;
            say(Summary.Soak[^1].ToString());
        }

        Summary.JudgeSoak();
    }

    private TimeSpan TimeLeft() => TimeSpan.FromSeconds(_options.Seconds) - Stopwatch.GetElapsedTime(_started);

    // Two or three, of which one at most ends servers.
    private List<Fault> Mix(List<Fault> faults)
    {
        var mixed = new List<Fault>();
        foreach (var fault in faults.OrderBy(_ => _random.Next()))
        {
            if (!fault.IsAlone && (!fault.IsHeavy || !mixed.Any(other => other.IsHeavy)))
            {
                mixed.Add(fault);
            }

            if (mixed.Count == 3)
            {
                break;
            }
        }

        return mixed;
    }

    // Beside others a fault may find its server taken by one of them; all are healed together afterwards. So is a server that did not come
    // through its crash, and says so at its next command.
    private async Task PlayAsync(Fault fault, Scene scene, bool isAlone)
    {
        try
        {
            await fault.RunAsync(scene);
        }
        catch (MySqlException exception) when (isAlone)
        {
            scene.Tell($"{fault.Name} ended early: {exception.Message}");
            Summary.EndedEarly(fault.Name, exception);
        }
        catch (Exception exception) when (!isAlone && exception is (DbException or InvalidOperationException))
        {
            scene.Tell($"{fault.Name} ended early, since another fault had taken its server: {exception.Message}");
        }
    }

    private async Task PlayPhaseAsync(IReadOnlyList<Fault> faults, TimeSpan length, Action<string> say)
    {
        var name = string.Join('+', faults.Select(fault => fault.Name));
        var started = Stopwatch.GetTimestamp();
        _grounds.MeetsAnew = false;
        await StartPhaseAsync();
        _grounds.IsOver = false;
        var work = WorkersOf();
        try
        {
            await Task.WhenAll(
                faults.Select(fault =>
                    PlayAsync(fault, new Scene(_grounds, new Random(_random.Next()), length), isAlone: faults.Count == 1)
                )
            );
        }
        finally
        {
            _grounds.CancelPercent = 0;
            await _stage.QuietAsync();
            _grounds.IsOver = true;
        }

        var played = Stopwatch.GetElapsedTime(started);
        if (!await HaveEndedAsync(work))
        {
            foreach (var overdue in _recorder.Overdue())
            {
                // When the driver's timer fails, the time limits that were to ring with it are lost; outside, the process is.
                if (DriverFaults.Count == 0)
                {
                    _recorder.Add(overdue);
                }
                else
                {
                    _excused.Add(overdue.Session);
                }
            }
        }

        await _stage.HealAsync();
        var entries = _recorder.Take().Where(entry => entry.Kind != EntryKind.Error || !_excused.Contains(entry.Session)).ToList();
        Summary.Excused = _excused.Count;
        var judgement = await JudgeAsync(entries, faults.Any(fault => fault.MovesPrimary));

        // Of a soak all would be gigabytes.
        if (!_options.IsSoak || judgement.Violations.Count > 0)
        {
            _history.Append(name, entries);
        }

        Summary.Add(name, entries, judgement, played);
        say(Summary.Last);
        foreach (var (number, violation) in judgement.Violations.GroupBy(v => v.Promise).SelectMany(same => same.Take(MostTold)).Index())
        {
            say(Timeline.Tell(violation, Path.Combine(_options.Output, $"violation-{Summary.Phases}-{name}-{number + 1}.svg")));
        }
    }

    private List<Task> WorkersOf()
    {
        var seeds = Enumerable.Range(0, Workers + SlowWorkers + SynchronousWorkers + 2).Select(_ => _random.Next()).ToList();
        return
        [
            .. seeds
                .Take(Workers + SlowWorkers)
                .Select((seed, index) => Task.Run(() => new Worker(_grounds, seed, false, index >= Workers).RunAsync())),
            .. seeds
                .Skip(Workers + SlowWorkers)
                .Take(SynchronousWorkers)
                .Select(seed =>
                    Task.Factory.StartNew(
                        () => new Worker(_grounds, seed, isSynchronous: true, isSlow: false).RunAsync().GetAwaiter().GetResult(),
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                ),
            .. seeds
                .Skip(Workers + SlowWorkers + SynchronousWorkers)
                .Select(seed => Task.Run(() => new BackgroundWriter(_grounds, seed).RunAsync())),
        ];
    }

    // As long as the longest that anybody may wait.
    private async Task<bool> HaveEndedAsync(List<Task> work)
    {
        var all = Task.WhenAll(work);
        for (var started = _time.Now; !all.IsCompleted && _time.Now - started < Recorder.Longest * 2; )
        {
            await Task.WhenAny(all, Task.Delay(20));
        }

        if (all.IsCompleted)
        {
            await all;
        }

        return all.IsCompleted;
    }

    private async Task StartPhaseAsync()
    {
        var (newest, keyTags) = await _stage.StateAsync();
        _tree = new(newest.Tag, newest.Number, keyTags);
        _stage.Floor = newest.Number;
    }

    private async Task<Judgement> JudgeAsync(List<Entry> entries, bool primaryMoves)
    {
        foreach (var member in _stage.Members)
        {
            await _stage.CollectAsync(member);
        }

        var tree = _tree!;
        foreach (var read in entries)
        {
            foreach (var link in read.Rows ?? [])
            {
                tree.Add(link, -1);
            }
        }

        var twice = _stage.Tell(tree);
        tree.Resolve();
        var (newest, _) = await _stage.StateAsync();
        var checker = new Checker(tree, entries, newest, primaryMoves);
        var violations = checker.Check();
        return new([.. violations, .. twice.Select(text => new Violation(Promise.WrittenOnce, text, []))], checker.Unjudged);
    }

    private async Task PlayControlsAsync(Action<string> say)
    {
        await StartPhaseAsync();
        var recorders = new List<(Control Control, Recorder Recorder)>();
        var rest = new ControlScene(_grounds, new Recorder(_time));
        await rest.RestAsync();
        foreach (var control in StaleControls.All.Where(control => control.IsForMySql || !_options.IsMySql))
        {
            recorders.Add((control, new Recorder(_time)));
            await control.RunAsync(new ControlScene(_grounds, recorders[^1].Recorder));
        }

        // The pools that those clients used are open: what looks for connections that are left must find them.
        Summary.AddControl("connections that are left", (await ConnectionsLeftAsync()).Length > 0);
        await _stage.HealAsync();
        await JudgeControlsAsync(recorders, say);
        recorders.Clear();
        await StartPhaseAsync();
        foreach (var control in FailoverControls.All.Where(control => control.IsForMySql || !_options.IsMySql))
        {
            recorders.Add((control, new Recorder(_time)));
            await control.RunAsync(new ControlScene(_grounds, recorders[^1].Recorder));
        }

        await _stage.HealAsync();
        await JudgeControlsAsync(recorders, say);
    }

    private async Task JudgeControlsAsync(List<(Control Control, Recorder Recorder)> played, Action<string> say)
    {
        foreach (var (control, recorder) in played)
        {
            var entries = recorder.Take();
            _history.Append("control: " + control.Name, entries);
            var judgement = await JudgeAsync(entries, primaryMoves: true);
            var isCaught = judgement.Violations.Any(violation => violation.Promise == control.Broken);
            Summary.AddControl(control.Name, isCaught);
            say($"control {(isCaught ? "caught" : "MISSED")}: {control.Name}");
            if (!isCaught)
            {
                foreach (var entry in entries)
                {
                    say(HistoryFile.LineOf(entry));
                }
            }
        }
    }
}

/// <summary>What the checker said of a phase.</summary>
internal sealed record Judgement(IReadOnlyList<Violation> Violations, int Unjudged);
