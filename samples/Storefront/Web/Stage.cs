using System.Globalization;
using MonotonicReads;
using Storefront.Data;

namespace Storefront.Web;

/// <summary>What is set, what was seen and what was said; the same for every tab. Safe for concurrent use.</summary>
internal sealed class Stage
{
    public const int MostPagesPerSecond = 20;
    public const double MostLagSeconds = 6;

    private const int KeptPages = 60;
    private const int KeptLines = 12;

    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly IShopDatabase _shop;
    private readonly Lock _lock = new();
    private readonly Queue<PageView> _pages = new();
    private readonly List<LogLine> _log = [];
    private readonly Dictionary<string, Tally> _tallies = [];
    private IReadOnlyList<ReplicaView> _replicas;
    private volatile Settings _settings = new("unannotated", PagesPerSecond: 3);
    private bool _hasNewLines;

    public Stage(IShopDatabase shop)
    {
        _shop = shop;
        _replicas = [.. shop.Replicas.Select(replica => new ReplicaView(replica.Name, true, false, replica.Lag.TotalSeconds, null))];
        ClearTallies();
        shop.Source.SessionEvent += (_, told) => Say(Words(told));
    }

    public EventStream Tabs { get; } = new();

    public Settings Settings => _settings;

    public Annotation Annotation => Annotation.Find(_settings.Annotation)!;

    public string? UnavailableBecause(Annotation annotation) =>
        annotation.NeedsPositions && !_shop.HasPositions ? "SQLite cannot: start with --web --mariadb" : null;

    public void Change(SettingsChange change)
    {
        lock (_lock)
        {
            var before = _settings;
            _settings = new(change.Annotation ?? before.Annotation, change.PagesPerSecond ?? before.PagesPerSecond);
            Tabs.Send("settings", _settings);
        }
    }

    public void Show(PageView page)
    {
        lock (_lock)
        {
            _pages.Enqueue(page);
            while (_pages.Count > KeptPages)
            {
                _pages.Dequeue();
            }

            var tally = _tallies[page.Annotation].With(page);
            _tallies[page.Annotation] = tally;
            Tabs.Send("page", new { page, tally });
        }
    }

    public void Show(IReadOnlyList<ReplicaView> replicas)
    {
        lock (_lock)
        {
            _replicas = replicas;
            Tabs.Send("replicas", replicas);
            if (_hasNewLines)
            {
                _hasNewLines = false;
                Tabs.Send("log", _log);
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            ClearTallies();
            Tabs.Send("tallies", _tallies.Values);
        }
    }

    public void Say(string text)
    {
        lock (_lock)
        {
            var at = DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
            var known = _log.FindIndex(line => line.Text == text);
            var times = known < 0 ? 1 : _log[known].Times + 1;
            if (known >= 0)
            {
                _log.RemoveAt(known);
            }

            _log.Insert(0, new LogLine(at, text, times));
            if (_log.Count > KeptLines)
            {
                _log.RemoveAt(KeptLines);
            }

            _hasNewLines = true;
        }
    }

    public Everything Everything()
    {
        lock (_lock)
        {
            return new Everything(
                _run,
                _shop.Kind,
                _shop.LagStep.TotalSeconds,
                MostLagSeconds,
                MostPagesPerSecond,
                [.. Annotation.All.Select(a => new AnnotationView(a.Name, a.Code, a.Says, UnavailableBecause(a)))],
                _settings,
                _replicas,
                [.. _tallies.Values],
                [.. _pages],
                [.. _log]
            );
        }
    }

    private void ClearTallies()
    {
        foreach (var annotation in Annotation.All)
        {
            _tallies[annotation.Name] = new Tally(annotation.Name, 0, 0, 0, 0, 0, 0);
        }
    }

    private static string Words(ReadSessionEventArgs told) =>
        told.Kind switch
        {
            ReadSessionEventKind.ReplicaUnavailable => $"{told.From} refused a connection: for 5 seconds no new session draws it.",
            ReadSessionEventKind.ReplicaLost => $"A session that had read on {told.From} lost it: {told.Reason}.",
            ReadSessionEventKind.Moved => $"A session moved from {told.From} to {told.To}: {told.Reason}.",
            ReadSessionEventKind.NoReplicaAvailable => "No replica is available: the primary takes the read.",
            _ => $"{told.Kind}: {told.Reason}.",
        };
}
