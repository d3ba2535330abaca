using MonotonicReads;
using MonotonicReads.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the generated wrappers in front of the registered repositories.</summary>
public static class ConsistentRepositoryServiceCollectionExtensions
{
    /// <summary>
    /// Decorates every registered repository that has a generated wrapper; lifetimes, keys and order are kept. Call it
    /// after the registrations. Calling it again decorates what was added since.
    /// </summary>
    /// <remarks>
    /// <para>Wrappers are found in the assemblies of the implementations, instances, service types and factories that are
    /// registered. A factory that is declared to return an interface is decorated when one of these assemblies has a
    /// repository with that interface; the object that it returns then decides.</para>
    /// <para>A wrapper that a scan of an assembly registered counts as its class: beside the class its registration is taken back.
    /// A host does not start where a repository was registered after the last call.</para>
    /// <para>A decorated open generic registration needs the repository itself in the container, so that it is
    /// registered beside it with the same lifetime. A repository that is disposable is disposed by its wrapper and by
    /// the container, so that its Dispose must bear being called twice, as it should.</para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">Registrations that cannot be decorated, each with what to do.
    /// Nothing was changed then.</exception>
    public static IServiceCollection AddConsistentRepositories(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        new RepositoryDecoration(services).Apply();
        return services;
    }
}
