using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MonotonicReads.DependencyInjection;

/// <summary>
/// Replaces registrations of repositories by registrations of their wrappers. The repository itself goes under a key
/// that nobody else has, with the same lifetime, so that the container validates, scopes and disposes it as before.
/// </summary>
internal sealed class RepositoryDecoration
{
    private readonly IServiceCollection _services;
    private readonly WrapperMap _wrappers;
    private readonly List<ServiceDescriptor> _result;
    private readonly List<ServiceDescriptor> _beside = [];
    private readonly List<string> _problems = [];
    private readonly HashSet<ServiceDescriptor> _done;
    private readonly ServiceDescriptor? _marker;

    public RepositoryDecoration(IServiceCollection services)
    {
        _services = services;
        _wrappers = new WrapperMap(services);
        _result = [.. services];
        _marker = services.FirstOrDefault(service => service.ServiceType == typeof(Decorated));
        _done = new HashSet<ServiceDescriptor>(
            ((Decorated?)_marker?.ImplementationInstance)?.Services ?? [],
            ReferenceEqualityComparer.Instance
        );
    }

    public void Apply()
    {
        TakeBackWrappers();
        for (var i = 0; i < _result.Count; i++)
        {
            if (!_done.Contains(_result[i]))
            {
                _result[i] = Decorate(_result[i]);
            }
        }

        if (_problems.Count > 0)
        {
            var which = _problems.Count == 1 ? "a registration" : "some registrations";
            var problems = string.Concat(_problems.Select(problem => Environment.NewLine + "- " + problem));
            throw new InvalidOperationException($"AddConsistentRepositories() cannot decorate {which}:{problems}");
        }

        for (var i = 0; i < _result.Count; i++)
        {
            _services[i] = _result[i];
        }

        while (_services.Count > _result.Count)
        {
            _services.RemoveAt(_services.Count - 1);
        }

        foreach (var service in _beside)
        {
            _services.Add(service);
        }

        if (_marker is null)
        {
            _services.AddSingleton<IHostedService>(new DecorationCheck(_services));
        }
        else
        {
            _services.Remove(_marker);
        }

        _services.AddSingleton(new Decorated(_done));
    }

    /// <summary>What was registered since, and stands without the wrapper that it would have got.</summary>
    public IReadOnlyList<ServiceDescriptor> Missed()
    {
        TakeBackWrappers();
        return
        [
            .. _result.Where(service =>
                !_done.Contains(service) && _wrappers.Find(WrapperMap.ClassOf(service)) is not null && Decorate(service) != service
            ),
        ];
    }

    /// <summary>
    /// A scan of an assembly registers a wrapper beside its class, or in place of it. The class alone is decorated as if it had been
    /// registered alone.
    /// </summary>
    private void TakeBackWrappers()
    {
        for (var i = _result.Count - 1; i >= 0; i--)
        {
            var service = _result[i];
            if (_done.Contains(service) || WrapperMap.TypeOf(service) is not { } type || _wrappers.FindByWrapper(type) is not { } wrapper)
            {
                continue;
            }

            if (_result.Exists(other => IsOfClass(other, service, wrapper.Repository)))
            {
                _result.RemoveAt(i);
            }
            else if (!wrapper.IsDerived && !_result.Exists(other => !other.IsKeyedService && other.ServiceType == wrapper.Repository))
            {
                // Nobody could hand the wrapper its class.
                _result[i] = new ServiceDescriptor(service.ServiceType, service.ServiceKey, wrapper.Repository, service.Lifetime);
            }
        }
    }

    private static bool IsOfClass(ServiceDescriptor service, ServiceDescriptor asked, Type repository) =>
        service.ServiceType == asked.ServiceType
        && Equals(service.ServiceKey, asked.ServiceKey)
        && WrapperMap.ClassOf(service) == repository;

    private ServiceDescriptor Decorate(ServiceDescriptor service)
    {
        if (WrapperMap.TypeOf(service) is { } type)
        {
            return _wrappers.Find(type) is { } wrapper ? DecorateType(service, wrapper) : service;
        }

        if (WrapperMap.InstanceOf(service) is { } instance)
        {
            return _wrappers.Find(instance.GetType()) is { } wrapper ? DecorateInstance(service, wrapper, instance) : service;
        }

        return DecorateFactory(service, WrapperMap.DeclaredResult(service)!);
    }

    private ServiceDescriptor DecorateType(ServiceDescriptor service, Wrapper wrapper)
    {
        if (wrapper.IsDerived)
        {
            return Done(new ServiceDescriptor(service.ServiceType, service.ServiceKey, wrapper.Type, service.Lifetime));
        }

        if (wrapper.Repository.IsGenericTypeDefinition)
        {
            return DecorateOpenGeneric(service, wrapper);
        }

        if (!Fits(service, wrapper))
        {
            return service;
        }

        var key = new InnerKey(service);
        _beside.Add(
            Done(
                service.IsKeyedService
                    ? new ServiceDescriptor(wrapper.Repository, key, service.KeyedImplementationType!, service.Lifetime)
                    : new ServiceDescriptor(wrapper.Repository, key, service.ImplementationType!, service.Lifetime)
            )
        );
        return Done(Factory(service, services => wrapper.Wrap(services, services.GetRequiredKeyedService(wrapper.Repository, key))));
    }

    // The container closes both; a factory could not.
    private ServiceDescriptor DecorateOpenGeneric(ServiceDescriptor service, Wrapper wrapper)
    {
        if (service.ServiceType == wrapper.Repository)
        {
            return HasForwarding(wrapper) ? service : Refuse(service, $"register it under an interface of {Name(wrapper.Repository)}");
        }

        var self = _result.Concat(_beside).LastOrDefault(other => !other.IsKeyedService && other.ServiceType == wrapper.Repository);
        if (self is not null && self.Lifetime != service.Lifetime)
        {
            return Refuse(
                service,
                $"{Name(wrapper.Repository)} itself is registered as {self.Lifetime}, and its wrapper needs it as {service.Lifetime}: give "
                    + $"both the same lifetime"
            );
        }

        if (self is null)
        {
            _beside.Add(
                Done(
                    service.IsKeyedService
                        ? new ServiceDescriptor(wrapper.Repository, service.KeyedImplementationType!, service.Lifetime)
                        : new ServiceDescriptor(wrapper.Repository, service.ImplementationType!, service.Lifetime)
                )
            );
        }

        return Done(new ServiceDescriptor(service.ServiceType, service.ServiceKey, wrapper.Type, service.Lifetime));
    }

    private ServiceDescriptor DecorateInstance(ServiceDescriptor service, Wrapper wrapper, object instance)
    {
        if (wrapper.IsDerived)
        {
            return Refuse(
                service,
                $"its wrapper {Name(wrapper.Type)} derives from it and cannot take an instance: register the type, or an instance of "
                    + $"{Name(wrapper.Type)}"
            );
        }

        return Fits(service, wrapper)
            ? Done(new ServiceDescriptor(service.ServiceType, service.ServiceKey, wrapper.Wrap(NoServices.Instance, instance)))
            : service;
    }

    private ServiceDescriptor DecorateFactory(ServiceDescriptor service, Type declared)
    {
        if (_wrappers.Find(declared) is { } wrapper)
        {
            if (wrapper.IsDerived)
            {
                return Refuse(
                    service,
                    $"its wrapper {Name(wrapper.Type)} derives from it and cannot take what a factory made: register the type, or create "
                        + $"{Name(wrapper.Type)} in the factory"
                );
            }

            if (!Fits(service, wrapper))
            {
                return service;
            }
        }
        else if (!_wrappers.MayReturnRepository(declared))
        {
            return service;
        }

        var key = new InnerKey(service);
        _beside.Add(
            Done(
                service.IsKeyedService
                    ? new ServiceDescriptor(
                        service.ServiceType,
                        key,
                        (services, _) => service.KeyedImplementationFactory!(services, service.ServiceKey),
                        service.Lifetime
                    )
                    : new ServiceDescriptor(
                        service.ServiceType,
                        key,
                        (services, _) => service.ImplementationFactory!(services),
                        service.Lifetime
                    )
            )
        );

        var wrappers = _wrappers;
        var found = new ConcurrentDictionary<Type, Wrapper?>();
        return Done(
            Factory(
                service,
                services =>
                {
                    var made = services.GetRequiredKeyedService(service.ServiceType, key);
                    return found.GetOrAdd(made.GetType(), wrappers.Find) switch
                    {
                        null => made,
                        { IsDerived: false } wrapper when service.ServiceType.IsAssignableFrom(wrapper.Type) => wrapper.Wrap(
                            services,
                            made
                        ),
                        var wrapper => throw new InvalidOperationException(
                            $"The factory of {Name(service.ServiceType)} returned a {Name(wrapper.Repository)}, which {Name(wrapper.Type)} "
                                + $"cannot wrap there. Register the type instead, or create {Name(wrapper.Type)} in the factory."
                        ),
                    };
                }
            )
        );
    }

    private bool Fits(ServiceDescriptor service, Wrapper wrapper)
    {
        if (service.ServiceType.IsAssignableFrom(wrapper.Type))
        {
            return true;
        }

        if (!HasForwarding(wrapper))
        {
            Refuse(
                service,
                $"its wrapper {Name(wrapper.Type)} is no {Name(service.ServiceType)}: register it under an interface that "
                    + $"{Name(wrapper.Repository)} implements"
            );
        }

        return false;
    }

    // services.AddScoped<X>() is right where an interface is registered beside it that forwards to it.
    private bool HasForwarding(Wrapper wrapper) =>
        _services.Any(other =>
            other.ServiceType.IsInterface
            && (other.ServiceType.IsAssignableFrom(wrapper.Type) || (other.ImplementationType is { } type && type == wrapper.Repository))
        );

    private ServiceDescriptor Refuse(ServiceDescriptor service, string advice)
    {
        var key = service.IsKeyedService ? $" (key '{service.ServiceKey}')" : "";
        _problems.Add($"{Name(service.ServiceType)}{key}: {advice}.");
        return service;
    }

    private ServiceDescriptor Done(ServiceDescriptor service)
    {
        _done.Add(service);
        return service;
    }

    private static ServiceDescriptor Factory(ServiceDescriptor service, Func<IServiceProvider, object> factory) =>
        service.IsKeyedService
            ? new ServiceDescriptor(service.ServiceType, service.ServiceKey, (services, _) => factory(services), service.Lifetime)
            : new ServiceDescriptor(service.ServiceType, factory, service.Lifetime);

    private static string Name(Type type) => type.ToString();

    /// <summary>What was decorated already, kept in the collection so that a second call leaves it alone.</summary>
    private sealed class Decorated(HashSet<ServiceDescriptor> services)
    {
        public HashSet<ServiceDescriptor> Services => services;
    }

    private sealed class InnerKey(ServiceDescriptor service)
    {
        public override string ToString() => $"the repository behind the wrapper of {service.ServiceType}";
    }

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
