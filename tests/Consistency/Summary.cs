using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;
using MonotonicReads.Consistency.Workload;

namespace MonotonicReads.Consistency;

/// <summary>A minute of a soak.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="HeapBytes">What is in use after a full collection.</param>
/// <param name="WorkingSetBytes">What the process has of the machine's memory.</param>
/// <param name="Connections">The clients' connections that the servers know.</param>
/// <param name="Reads">Session reads since the last line.</param>
/// <param name="Threads">The process's threads.</param>
internal sealed record Minute(int Number, long HeapBytes, long WorkingSetBytes, int Connections, long Reads, int Threads)
{
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"minute {Number, 3}: heap {HeapBytes / 1e6, 7:F1} MB, working set {WorkingSetBytes / 1e6, 7:F1} MB, {Connections, 4} connections, {Threads, 3} threads, {Reads, 8} reads"
        );
}

/// <summary>What a run has seen, by level, by fault, and by fault and policy.</summary>
internal sealed class Summary(RunOptions options)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // What differs from one session, process and machine to the next.
    private static readonly Regex Varying = new("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+-[0-9]+-[0-9]+|[0-9]{3,}", RegexOptions.Compiled);

    private readonly SortedDictionary<string, Counts> _faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Counts> _levels = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Counts> _policies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Counts> _ways = new(StringComparer.Ordinal);
    private readonly List<(string Phase, Violation Violation)> _violations = [];
    private readonly Dictionary<string, bool> _controls = [];
    private readonly List<Minute> _soak = [];
    private readonly TimeSpan _processorBefore = Process.GetCurrentProcess().TotalProcessorTime;
    private readonly SortedDictionary<string, int> _strange = new(StringComparer.Ordinal);
    private TimeSpan _played;
    private readonly List<string> _cutShort = [];
    private int _unjudged;

    /// <summary>Sessions in which a time limit was lost with the driver's timer.</summary>
    public int Excused { get; set; }

    public int Phases { get; private set; }

    /// <summary>The pages that were asked for, by policy.</summary>
    public PageTable Pages { get; init; } = new();

    public string Last { get; private set; } = "";

    public IReadOnlyList<(string Phase, Violation Violation)> Violations => _violations;

    public IReadOnlyDictionary<string, bool> Controls => _controls;

    /// <summary>The phases that were played.</summary>
    public IEnumerable<string> Faults => _faults.Keys;

    public long SessionReads => _levels.Where(level => level.Key != nameof(ReadConsistency.Eventual)).Sum(level => level.Value.Reads);

    public bool IsGood => _violations.Count == 0 && _controls.Values.All(isCaught => isCaught);

    /// <summary>The faults that a server did not let be played to their end, though nothing else disturbed them.</summary>
    public IReadOnlyList<string> CutShort => _cutShort;

    public void EndedEarly(string fault, Exception exception) => _cutShort.Add($"{fault}: {exception.Message}");

    public void AddControl(string name, bool isCaught) => _controls[name] = isCaught;

    public IReadOnlyList<Minute> Soak => _soak;

    /// <summary>Takes a minute down.</summary>
    public void Add(Minute minute) => _soak.Add(minute);

    /// <summary>Looks whether memory and connections were flat; of a soak too short to tell it says nothing.</summary>
    public void JudgeSoak()
    {
        // What is filled once, such as pools and compiled code, is full after the first quarter.
        var settled = _soak.Skip(_soak.Count / 4).ToList();
        if (settled.Count < 4)
        {
            return;
        }

        var (first, last) = (settled.Take(settled.Count / 2).ToList(), settled.Skip(settled.Count / 2).ToList());
        var (heapBefore, heapAfter) = (Median(first, m => m.HeapBytes), Median(last, m => m.HeapBytes));
        if (heapAfter > heapBefore * 1.1 + 4e6)
        {
            Add("soak", [new(Promise.Memory, $"The heap grew from {heapBefore} to {heapAfter} bytes.", [])]);
        }

        var (openBefore, openAfter) = (Median(first, m => m.Connections), Median(last, m => m.Connections));
        if (openAfter > openBefore * 1.05 + 4)
        {
            Add("soak", [new(Promise.Connections, $"Connections grew from {openBefore} to {openAfter}.", [])]);
        }

        static long Median(List<Minute> minutes, Func<Minute, long> value) => minutes.Select(value).Order().ElementAt(minutes.Count / 2);
    }

    public void Add(string phase, IReadOnlyList<Violation> violations) =>
        _violations.AddRange(violations.Select(violation => (phase, violation)));

    public void Add(string phase, IReadOnlyList<Entry> entries, Judgement judgement, TimeSpan played)
    {
        _played += played;
        Phases++;
        _unjudged += judgement.Unjudged;
        Add(phase, judgement.Violations);
        var fault = CountsOf(_faults, phase);
        var sessions = new Dictionary<int, (ReadConsistency Level, ReplicaLoss Policy, string Via)>();
        foreach (var entry in entries.Where(entry => entry.Kind == EntryKind.Session))
        {
            sessions[entry.Session] = (entry.Level, entry.Policy, entry.Via);
            foreach (var counts in Of(entry.Session, entry.Level))
            {
                counts.Sessions++;
            }
        }

        foreach (var entry in entries)
        {
            foreach (var counts in Of(entry.Session, entry.Level))
            {
                switch (entry.Kind)
                {
                    case EntryKind.Read:
                        counts.Reads++;
                        break;
                    case EntryKind.Write when entry.IsAcknowledged:
                        counts.Writes++;
                        break;
                    case EntryKind.Error:
                        counts.Errors[entry.Text] = counts.Errors.GetValueOrDefault(entry.Text) + 1;
                        if (
                            entry.Text == nameof(ReplicaLostException)
                            || entry.Detail.Contains(nameof(ReplicaLostException), StringComparison.Ordinal)
                        )
                        {
                            counts.Losses++;
                        }

                        break;
                    case EntryKind.Late:
                        counts.Late++;
                        break;
                }
            }

            if (entry.Kind == EntryKind.Error)
            {
                var text = $"{(entry.IsAllowed ? "" : "NOT ALLOWED: ")}{entry.Text}: {entry.Detail}";
                var key = Varying.Replace(text, "*");
                key = key[..Math.Min(key.Length, 260)];
                _strange[key] = _strange.GetValueOrDefault(key) + 1;
            }
        }

        fault.Violations += judgement.Violations.Count;
        foreach (var violation in judgement.Violations)
        {
            if (violation.Entries.FirstOrDefault(entry => entry.Kind == EntryKind.Session) is { } broken)
            {
                foreach (var counts in Of(broken.Session, broken.Level).Skip(1))
                {
                    counts.Violations++;
                }
            }
        }

        var reads = entries.Count(entry => entry.Kind == EntryKind.Read);
        Last = string.Create(
            CultureInfo.InvariantCulture,
            $"{phase, -36} {played.TotalSeconds, 5:F1} s {reads, 7} reads {reads / played.TotalSeconds, 6:F0}/s {sessions.Count, 6} sessions {entries.Count(e => e.Kind == EntryKind.Error), 5} errors, {judgement.Violations.Count} violations"
        );

        IEnumerable<Counts> Of(int session, ReadConsistency level)
        {
            yield return fault;
            if (session == 0)
            {
                yield return CountsOf(_levels, nameof(ReadConsistency.Eventual));
                yield break;
            }

            yield return CountsOf(_levels, level.ToString());
            if (sessions.TryGetValue(session, out var known))
            {
                yield return CountsOf(_policies, $"{phase} | {known.Policy}");
                foreach (var way in known.Via.Split(", "))
                {
                    yield return CountsOf(_ways, way);
                }
            }
        }
    }

    public string Table()
    {
        var text = new StringBuilder();
        Section("by fault", _faults);
        Section("by level", _levels);
        Section("by kind of session", _ways);
        text.AppendLine()
            .Append(
                Pages.Text(Enum.GetValues<ReplicaLoss>().ToDictionary(p => p, p => _ways.GetValueOrDefault($"page {p}")?.Violations ?? 0))
            );
        text.AppendLine().AppendLine("ReplicaLostException per 1,000 sessions, by fault and policy");
        foreach (var (name, counts) in _policies.Where(policy => policy.Value.Losses > 0))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name, -70} {1000.0 * counts.Losses / Math.Max(1, counts.Sessions), 8:F1}");
        }

        text.AppendLine().AppendLine("errors");
        foreach (var (name, count) in _strange.OrderByDescending(error => error.Value).Take(40))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {count, 6} {name}");
        }

        foreach (var minute in _soak)
        {
            text.AppendLine(minute.ToString());
        }

        foreach (var fault in _cutShort)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"ended early: {fault}");
        }

        text.AppendLine().AppendLine("violations");
        foreach (var group in _violations.GroupBy(v => (v.Phase, v.Violation.Promise)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {group.Count(), 6} {group.Key.Promise} in {group.Key.Phase}");
        }

        text.AppendLine()
            .AppendLine(
                "controls: " + string.Join("; ", _controls.Select(control => $"{control.Key}: {(control.Value ? "caught" : "MISSED")}"))
            )
            .AppendLine(
                CultureInfo.InvariantCulture,
                $"{SessionReads} session reads in {_played.TotalSeconds:F0} s ({SessionReads / Math.Max(1, _played.TotalSeconds):F0}/s), seed {options.Seed}: {_violations.Count} violations, {_faults.Values.Sum(f => f.Late)} hangs; {_unjudged} comparisons could not be told; {(Process.GetCurrentProcess().TotalProcessorTime - _processorBefore).TotalSeconds:F0} s of processor time here; {DriverFaults.Count} exceptions of the driver's timer that would have ended the process, with the time limits of {Excused} sessions"
            );
        return text.ToString();

        void Section(string title, SortedDictionary<string, Counts> rows)
        {
            text.AppendLine()
                .AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{title, -60} {"reads", 9} {"sessions", 9} {"writes", 7} {"late", 5} {"violations", 10}  errors"
                );
            foreach (var (name, counts) in rows)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"  {name, -58} {counts.Reads, 9} {counts.Sessions, 9} {counts.Writes, 7} {counts.Late, 5} {counts.Violations, 10}  {string.Join(", ", counts.Errors.Select(error => $"{error.Key} {error.Value}"))}"
                );
            }
        }
    }

    public string Json() =>
        JsonSerializer.Serialize(
            new
            {
                options.Seed,
                options.Seconds,
                Server = options.IsMySql ? "MySQL" : "MariaDB",
                SessionReads,
                PlayedSeconds = _played.TotalSeconds,
                ByFault = _faults,
                ByLevel = _levels,
                ByKindOfSession = _ways,
                ByFaultAndPolicy = _policies.ToDictionary(
                    p => p.Key,
                    p => new
                    {
                        p.Value.Sessions,
                        p.Value.Losses,
                        LossesPer1000Sessions = 1000.0 * p.Value.Losses / Math.Max(1, p.Value.Sessions),
                    }
                ),
                Errors = _strange,
                Violations = _violations.Select(v => new
                {
                    v.Phase,
                    Promise = v.Violation.Promise.ToString(),
                    v.Violation.Message,
                }),
                Unjudged = _unjudged,
                Controls = _controls,
                Soak = _soak,
            },
            Indented
        );

    private static Counts CountsOf(SortedDictionary<string, Counts> all, string name)
    {
        if (!all.TryGetValue(name, out var counts))
        {
            all[name] = counts = new Counts();
        }

        return counts;
    }

    private sealed class Counts
    {
        public long Reads { get; set; }

        public long Sessions { get; set; }

        public long Writes { get; set; }

        public long Late { get; set; }

        public long Losses { get; set; }

        public long Violations { get; set; }

        public SortedDictionary<string, int> Errors { get; } = new(StringComparer.Ordinal);
    }
}
