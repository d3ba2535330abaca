using System.Diagnostics;
using System.Globalization;

namespace MonotonicReads.Cluster.Tests.TheCluster;

/// <summary>Nothing is left behind, however the process that started the cluster ends.</summary>
public sealed class TeardownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Dispose_ends_the_servers_and_removes_their_files_and_may_be_repeated()
    {
        var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        int[] processes = [cluster.Primary.ProcessId, cluster.Replicas[0].ProcessId];
        Assert.All(processes, process => Assert.True(IsRunning(process)));

        await cluster.DisposeAsync();
        await cluster.DisposeAsync();
        Assert.False(Directory.Exists(cluster.Directory));
        Assert.All(processes, process => Assert.False(IsRunning(process)));
        Assert.Throws<InvalidOperationException>(() => cluster.Primary.ProcessId);
    }

    [Fact]
    public async Task A_paused_server_is_ended_as_well()
    {
        var cluster = await MariaDbCluster.StartAsync(replicas: 0);
        var process = cluster.Primary.ProcessId;
        await cluster.Primary.PauseAsync();
        await cluster.DisposeAsync();
        Assert.False(IsRunning(process));
        Assert.False(Directory.Exists(cluster.Directory));
    }

    [Fact]
    public async Task Killing_the_process_that_started_the_cluster_leaves_nothing_behind()
    {
        using var owner = StartOwner();
        var (directory, processes) = await ReadClusterAsync(owner);
        Assert.True(Directory.Exists(directory));
        Assert.All(processes, process => Assert.True(IsRunning(process)));

        owner.Kill();
        await owner.WaitForExitAsync();
        await AssertGoneAsync(directory, processes);
    }

    [Fact]
    public async Task A_process_that_ends_without_dispose_leaves_nothing_behind()
    {
        using var owner = StartOwner("exit");
        var (directory, processes) = await ReadClusterAsync(owner);
        await owner.WaitForExitAsync();
        await AssertGoneAsync(directory, processes);
    }

    [Fact]
    public async Task A_server_that_cannot_start_leaves_nothing_behind_and_says_why()
    {
        var before = ClusterDirectories();
        var failed = await Assert.ThrowsAsync<MariaDbClusterException>(() =>
            MariaDbCluster.StartAsync(replicas: 0, ["--no-such-option=1"])
        );
        Assert.Contains("unknown variable 'no-such-option=1'", failed.Message, StringComparison.Ordinal);
        // Other test classes start and end clusters at the same time; only one of our own would still be there at the end.
        var left = ClusterDirectories().Except(before).Where(directory => File.Exists(Path.Combine(directory, "primary", "log")));
        Assert.DoesNotContain(
            left,
            directory => File.ReadAllText(Path.Combine(directory, "primary", "log")).Contains("no-such-option", StringComparison.Ordinal)
        );
    }

    private static string[] ClusterDirectories() => Directory.GetDirectories(Path.GetTempPath(), "mr-cluster-*");

    private static Process StartOwner(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TeardownTests).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    private static async Task<(string Directory, int[] Processes)> ReadClusterAsync(Process owner)
    {
        var line = await owner.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The owner said nothing.");
        var words = line.Split(' ');
        return (words[0], words[1..].Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray());
    }

    private static async Task AssertGoneAsync(string directory, int[] processes)
    {
        var started = Stopwatch.GetTimestamp();
        while ((Directory.Exists(directory) || processes.Any(IsRunning)) && Stopwatch.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(20);
        }

        Assert.False(Directory.Exists(directory));
        Assert.DoesNotContain(processes, IsRunning);
    }

    // A process that has ended but was not yet collected by its parent is gone for our purposes.
    private static bool IsRunning(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
