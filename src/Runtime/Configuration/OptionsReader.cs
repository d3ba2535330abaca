using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace MonotonicReads.Configuration;

/// <summary>
/// Reads <see cref="ReplicatedMySqlOptions"/> from configuration, without reflection. What it does not understand it
/// collects: a misspelt key is a mistake, and all mistakes are told at once.
/// </summary>
internal sealed class OptionsReader(ReplicatedMySqlOptions options)
{
    public static void Read(IConfigurationSection section, ReplicatedMySqlOptions options) => new OptionsReader(options).Read(section);

    private void Read(IConfigurationSection section)
    {
        foreach (var child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "PRIMARY":
                    options.Primary = child.Value;
                    break;
                case "NAME":
                    options.Name = child.Value;
                    break;
                case "REPLICAS":
                    options.Replicas.Clear();
                    foreach (var replica in child.GetChildren())
                    {
                        ReadReplica(replica);
                    }

                    break;
                case "PROXY":
                    options.Proxy = ProxyOptionsReader.Read(child, options.Unread);
                    break;
                case "ONREPLICALOSS":
                    options.OnReplicaLoss = Enumeration(child, options.OnReplicaLoss);
                    break;
                case "SELECTOR":
                    options.Selector = Enumeration(child, options.Selector);
                    break;
                case "DRAINTIMEOUT":
                    options.DrainTimeout = Time(child);
                    break;
                case "TOPOLOGYVALIDATION":
                    options.TopologyValidation = Enumeration(child, options.TopologyValidation);
                    break;
                default:
                    ReadSwitched(child);
                    break;
            }
        }
    }

    // A section, or whether there is one.
    private void ReadSwitched(IConfigurationSection child)
    {
        switch (child.Key.ToUpperInvariant())
        {
            case "MONITOR":
                options.Monitor = child.Value is not null && !Flag(child) ? null : ReadMonitor(child);
                break;
            case "SERIESDETECTOR":
                options.SeriesDetector = child.Value is not null && !Flag(child) ? null : ReadDetector(child);
                break;
            default:
                ReadFlag(child);
                break;
        }
    }

    private void ReadFlag(IConfigurationSection child)
    {
        switch (child.Key.ToUpperInvariant())
        {
            case "FORPOMELO":
                options.ForPomelo = Flag(child);
                break;
            case "ALLOWDIVERGEDREPLICAS":
                options.AllowDivergedReplicas = Flag(child);
                break;
            case "ALLOWWRITABLEREPLICAS":
                options.AllowWritableReplicas = Flag(child);
                break;
            default:
                NotUnderstood(child);
                break;
        }
    }

    private void ReadReplica(IConfigurationSection section)
    {
        var replica = new ReplicaSettings("", "");
        foreach (var child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "NAME":
                    replica = replica with { Name = child.Value ?? "" };
                    break;
                case "CONNECTIONSTRING":
                    replica = replica with { ConnectionString = child.Value ?? "" };
                    break;
                case "WEIGHT":
                    replica = replica with { Weight = Number(child, replica.Weight) };
                    break;
                default:
                    NotUnderstood(child);
                    break;
            }
        }

        options.Replicas.Add(replica);
    }

    private MonitorOptions ReadMonitor(IConfigurationSection section)
    {
        var monitor = options.Monitor ?? new MonitorOptions();
        foreach (var child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "INTERVAL":
                    monitor.Interval = Time(child) ?? monitor.Interval;
                    break;
                case "TIMEOUT":
                    monitor.Timeout = Time(child) ?? monitor.Timeout;
                    break;
                case "MAXLAG":
                    monitor.MaxLag = Time(child);
                    break;
                case "MOVESLAGGINGSESSIONS":
                    monitor.MovesLaggingSessions = Flag(child);
                    break;
                case "JITTER":
                    monitor.Jitter = Share(child, monitor.Jitter);
                    break;
                case "INSTANCES":
                    monitor.Instances = Number(child, monitor.Instances);
                    break;
                case "MAXLOOKSPERSECOND":
                    monitor.MaxLooksPerSecond = Share(child, monitor.MaxLooksPerSecond);
                    break;
                case "FAILURESUNTILDOWN":
                    monitor.FailuresUntilDown = Number(child, monitor.FailuresUntilDown);
                    break;
                case "SUCCESSESUNTILUP":
                    monitor.SuccessesUntilUp = Number(child, monitor.SuccessesUntilUp);
                    break;
                case "HEARTBEATQUERY":
                    monitor.HeartbeatQuery = child.Value;
                    break;
                default:
                    NotUnderstood(child);
                    break;
            }
        }

        return monitor;
    }

    private SeriesDetectorOptions ReadDetector(IConfigurationSection section)
    {
        var detector = options.SeriesDetector ?? new SeriesDetectorOptions();
        foreach (var child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "SAMPLERATE":
                    detector.SampleRate = Share(child, detector.SampleRate);
                    break;
                case "REPORTFILE":
                    detector.ReportFile = child.Value;
                    break;
                case "UNITTIMEOUT":
                    detector.UnitTimeout = Time(child) ?? detector.UnitTimeout;
                    break;
                case "USERASSEMBLIES":
                    detector.UserAssemblies.Clear();
                    foreach (var assembly in child.GetChildren())
                    {
                        detector.UserAssemblies.Add(assembly.Value ?? "");
                    }

                    break;
                default:
                    NotUnderstood(child);
                    break;
            }
        }

        return detector;
    }

    private double Share(IConfigurationSection section, double otherwise) =>
        double.TryParse(section.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
            ? share
            : Bad(section, "a number", otherwise);

    private int Number(IConfigurationSection section, int otherwise) =>
        int.TryParse(section.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : Bad(section, "a whole number", otherwise);

    private bool Flag(IConfigurationSection section) =>
        bool.TryParse(section.Value, out var flag) ? flag : Bad(section, "true or false", false);

    private TimeSpan? Time(IConfigurationSection section) =>
        TimeSpan.TryParse(section.Value, CultureInfo.InvariantCulture, out var time)
            ? time
            : Bad<TimeSpan?>(section, "a time as hh:mm:ss", null);

    private T Enumeration<T>(IConfigurationSection section, T otherwise)
        where T : struct, Enum =>
        Enum.TryParse<T>(section.Value, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : Bad(section, string.Join(" or ", Enum.GetNames<T>()), otherwise);

    private T Bad<T>(IConfigurationSection section, string expected, T otherwise)
    {
        // A connection string that stands in the wrong place is not printed either.
        var found = section.Value?.Contains('=', StringComparison.Ordinal) == true ? "something else" : $"'{section.Value}'";
        options.Unread.Add($"{section.Path} is {found}, not {expected}.");
        return otherwise;
    }

    private void NotUnderstood(IConfigurationSection section) => options.Unread.Add($"{section.Path} is not understood.");
}
