using System.Globalization;
using System.Net;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A user's browser: cookies by host and path, whatever the port.</summary>
internal sealed class Browser : IDisposable
{
    public CookieContainer Jar { get; } = new();

    public HttpClient Http { get; }

    public Browser() => Http = new HttpClient(new HttpClientHandler { CookieContainer = Jar }) { Timeout = TimeSpan.FromMinutes(2) };

    public IReadOnlyList<Cookie> Cookies =>
        [.. Jar.GetAllCookies().Where(c => c.Name.StartsWith("mr-session", StringComparison.Ordinal) && !c.Expired)];

    public async Task<long> GetAsync(Site site, string path) =>
        long.Parse(await Http.GetStringAsync(site.At(path)), CultureInfo.InvariantCulture);

    public Task<HttpResponseMessage> AskAsync(Site site, string path) => Http.GetAsync(site.At(path));

    public void Dispose() => Http.Dispose();
}
