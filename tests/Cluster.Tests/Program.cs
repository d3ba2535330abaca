using MonotonicReads.Cluster;

// Starts a cluster, says where and with which processes, and waits to be killed.
var cluster = await MariaDbCluster.StartAsync(replicas: 2);
var processes = cluster.Replicas.Prepend(cluster.Primary).Select(server => server.ProcessId);
Console.WriteLine($"{cluster.Directory} {string.Join(' ', processes)}");
if (args is ["exit"])
{
    return; // without dispose, as a program that forgets it
}

await Task.Delay(Timeout.Infinite);
