using System.Runtime.Versioning;

namespace MonotonicReads.Cluster.Tests.TheCluster;

[SupportedOSPlatform("linux")]
public sealed class TemplateTests : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("mr-template-test-").FullName;

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public async Task Two_builders_at_once_leave_one_complete_template_which_is_used_again()
    {
        var binaries = MariaDbBinaries.Find();
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ServerTemplate.PrepareAsync(binaries, _cache, default)));
        Assert.Equal(both[0], both[1]);
        Assert.Equal([both[0]], Directory.GetFileSystemEntries(_cache));
        Assert.True(File.Exists(Path.Combine(both[0], "ibdata1")));

        var made = Directory.GetCreationTimeUtc(both[0]);
        Assert.Equal(both[0], await ServerTemplate.PrepareAsync(binaries, _cache, default));
        Assert.Equal(made, Directory.GetCreationTimeUtc(both[0]));
    }

    [Fact]
    public async Task A_failed_installation_leaves_no_template()
    {
        var broken = MariaDbBinaries.Find() with { InstallDb = "/bin/false" };
        await Assert.ThrowsAsync<MariaDbClusterException>(() => ServerTemplate.PrepareAsync(broken, _cache, default));
        Assert.Empty(Directory.GetFileSystemEntries(_cache));
    }

    [Fact]
    public void A_machine_without_MariaDB_is_told_how_to_install_it()
    {
        var missing = Assert.Throws<MariaDbMissingException>(() => MariaDbBinaries.Find("/nowhere", []));
        Assert.Contains("apt-get install -y mariadb-server", missing.Message, StringComparison.Ordinal);
        Assert.Equal("mariadbd", missing.Program);
    }
}
