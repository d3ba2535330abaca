using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace MonotonicReads.DependencyInjection;

/// <summary>The wrappers of the repositories that are known to a service collection.</summary>
internal sealed class WrapperMap
{
    private readonly Dictionary<Type, ConsistentRepositoryAttribute> _byRepository = [];
    private readonly Dictionary<Type, ConsistentRepositoryAttribute> _byWrapper = [];

    public WrapperMap(IEnumerable<ServiceDescriptor> services)
    {
        foreach (var assembly in services.SelectMany(Types).Select(type => type.Assembly).Distinct())
        {
            foreach (var found in assembly.GetCustomAttributes<ConsistentRepositoryAttribute>())
            {
                _byRepository[found.Repository] = found;
                _byWrapper[found.Wrapper] = found;
            }
        }
    }

    /// <summary>The wrapper of a class, closed where the class is closed; <see langword="null"/> where it has none.</summary>
    public Wrapper? Find(Type repository)
    {
        if (_byRepository.TryGetValue(repository, out var found))
        {
            return new Wrapper(found.Repository, found.Wrapper);
        }

        return repository.IsConstructedGenericType && _byRepository.TryGetValue(repository.GetGenericTypeDefinition(), out found)
            ? new Wrapper(Close(found.Repository, repository), Close(found.Wrapper, repository))
            : null;
    }

    /// <summary>A wrapper by its own type; <see langword="null"/> for any other type.</summary>
    public Wrapper? FindByWrapper(Type type)
    {
        if (_byWrapper.TryGetValue(type, out var found))
        {
            return new Wrapper(found.Repository, found.Wrapper);
        }

        return type.IsConstructedGenericType && _byWrapper.TryGetValue(type.GetGenericTypeDefinition(), out found)
            ? new Wrapper(Close(found.Repository, type), Close(found.Wrapper, type))
            : null;
    }

    /// <summary>Whether a factory of a service may return a repository that has a wrapper for it.</summary>
    public bool MayReturnRepository(Type service)
    {
        var definition = service.IsConstructedGenericType ? service.GetGenericTypeDefinition() : null;
        return _byRepository.Values.Any(found =>
            service.IsAssignableFrom(found.Repository)
            || (definition is not null && found.Repository.IsGenericTypeDefinition && Implements(found, definition))
        );
    }

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public static Type? TypeOf(ServiceDescriptor service) =>
        service.IsKeyedService ? service.KeyedImplementationType : service.ImplementationType;

    public static object? InstanceOf(ServiceDescriptor service) =>
        service.IsKeyedService ? service.KeyedImplementationInstance : service.ImplementationInstance;

    /// <summary>The class that a service is known to have; for a factory what it is declared to return.</summary>
    public static Type ClassOf(ServiceDescriptor service) => TypeOf(service) ?? InstanceOf(service)?.GetType() ?? DeclaredResult(service)!;

    public static Type? DeclaredResult(ServiceDescriptor service)
    {
        Delegate? factory = service.IsKeyedService ? service.KeyedImplementationFactory : service.ImplementationFactory;
        if (factory is null)
        {
            return null;
        }

        // The delegate's own type tells more than the property's: a Func<.., X> is kept as a Func<.., object>.
        var arguments = factory.GetType().GenericTypeArguments;
        return arguments.Length > 0 && arguments[^1] != typeof(object) ? arguments[^1] : service.ServiceType;
    }

    private static bool Implements(ConsistentRepositoryAttribute found, Type definition) =>
        found.Repository.GetInterfaces().Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == definition);

    private static IEnumerable<Type> Types(ServiceDescriptor service)
    {
        yield return service.ServiceType;
        if (TypeOf(service) is { } implementation)
        {
            yield return implementation;
        }

        if (InstanceOf(service) is { } instance)
        {
            yield return instance.GetType();
        }

        if (DeclaredResult(service) is { } result)
        {
            yield return result;
            Delegate factory = service.IsKeyedService ? service.KeyedImplementationFactory! : service.ImplementationFactory!;
            if (factory.Method.DeclaringType is { } declaring)
            {
                yield return declaring;

                // A helper's lambda, such as that of AddHttpClient<I, X>(), knows the class as its type argument.
                foreach (var argument in declaring.GenericTypeArguments)
                {
                    yield return argument;
                }
            }
        }
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2055",
        Justification = "The arguments are those of the repository, which has the same constraints."
    )]
    [UnconditionalSuppressMessage(
        "AOT",
        "IL3050",
        Justification = "Guarded by IsDynamicCodeSupported, which the net8.0 reference assembly does not mark as a guard."
    )]
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    private static Type Close([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type definition, Type closed)
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            return definition.MakeGenericType(closed.GenericTypeArguments);
        }

        throw new InvalidOperationException(
            $"{closed} is a closed form of an open generic class, and {definition} cannot be closed like it in a native AOT program. "
                + $"Register the open form, or {definition} with these type arguments yourself."
        );
    }
}

/// <summary>A repository and its wrapper, both closed or both open.</summary>
internal sealed class Wrapper(
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type repository,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type
)
{
    private ObjectFactory? _factory;

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type Repository => repository;

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type Type => type;

    /// <summary>Whether the wrapper derives from the repository instead of delegating to one.</summary>
    public bool IsDerived
    {
        get
        {
            for (var ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
            {
                if (
                    ancestor == repository
                    || (ancestor.IsGenericType && repository.IsGenericTypeDefinition && ancestor.GetGenericTypeDefinition() == repository)
                )
                {
                    return true;
                }
            }

            return false;
        }
    }

    public object Wrap(IServiceProvider services, object inner) =>
        (_factory ??= ActivatorUtilities.CreateFactory(type, [repository]))(services, [inner]);
}
