using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MonotonicReads.DependencyInjection;

/// <summary>Stops a host in which a repository was registered after its wrapper could be put in front of it.</summary>
internal sealed class DecorationCheck(IServiceCollection services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var missed = new RepositoryDecoration(services).Missed();
        if (missed.Count > 0)
        {
            throw new InvalidOperationException(
                "Registered after AddConsistentRepositories(), so that no wrapper stands in front of them: "
                    + string.Join(", ", missed.Select(static service => $"{WrapperMap.ClassOf(service)} as {service.ServiceType}"))
                    + ". Call AddConsistentRepositories() after the last registration or scan, or once more there."
            );
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
