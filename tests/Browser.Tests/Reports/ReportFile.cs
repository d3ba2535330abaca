namespace MonotonicReads.Browser.Tests.Reports;

/// <summary>The HTML report on the sample Storefront, written once for a class of tests.</summary>
public sealed class ReportFile : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("monotonicreads-report-");

    /// <summary>Where it is, for a browser.</summary>
    public string Address => new Uri(Path.Combine(_folder.FullName, "report.html")).AbsoluteUri;

    public async Task InitializeAsync() =>
        await Tool.RunAsync("report", "samples/Storefront/Storefront.csproj", "--html", Path.Combine(_folder.FullName, "report.html"));

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
