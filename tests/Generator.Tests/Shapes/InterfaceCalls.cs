using System.Globalization;
using System.Reflection;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>Calls every member of every interface of a class on an object of it and on its wrapper, and compares what ran.</summary>
internal sealed class InterfaceCalls(Assembly assembly)
{
    private readonly List<string> _differences = [];

    public int Interfaces { get; private set; }

    public int Members { get; private set; }

    /// <summary>Members and classes that reflection cannot call: ref structs, pointers, constraints that no known type meets.</summary>
    public int Skipped { get; private set; }

    public IReadOnlyList<string> Differences => _differences;

    /// <param name="name">The metadata name of the class in namespace Shapes.</param>
    /// <param name="areAllCovered">Whether every member but the events has to run in a session behind the wrapper.</param>
    public void Compare(string name, bool areAllCovered)
    {
        if (Closed(assembly.GetType("Shapes." + name, throwOnError: true)!) is not { } type)
        {
            Skipped++;
            return;
        }

        var wrapperType = assembly.GetType("Shapes.Consistent" + name, throwOnError: true)!;
        if (type.IsConstructedGenericType)
        {
            wrapperType = wrapperType.MakeGenericType(type.GenericTypeArguments);
        }

        var inner = Activator.CreateInstance(type)!;
        var wrapper = Activator.CreateInstance(wrapperType, inner)!;
        Interfaces++;
        foreach (
            var declared in type.GetInterfaces()
                .SelectMany(static i => i.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                .Where(static m => m.IsAbstract)
        )
        {
            if (
                Closed(declared) is not { } method
                || method.ReturnType.IsByRefLike
                || method
                    .GetParameters()
                    .Any(static p =>
                        Plain(p.ParameterType).IsByRefLike || Plain(p.ParameterType).IsPointer || Plain(p.ParameterType).IsFunctionPointer
                    )
            )
            {
                Skipped++;
                continue;
            }

            var arguments = method.GetParameters().Select(static (p, i) => Value(Plain(p.ParameterType), i + 1)).ToArray();
            var expected = Outcome(inner, method, arguments);
            var actual = Outcome(wrapper, method, arguments);
            var isEvent =
                method.IsSpecialName
                && (
                    method.Name.StartsWith("add_", StringComparison.Ordinal) || method.Name.StartsWith("remove_", StringComparison.Ordinal)
                );
            if (expected.Text != actual.Text || expected.HasSession || (areAllCovered && actual.HasSession == isEvent))
            {
                _differences.Add($"{name} {method}: {expected} without, {actual} with the wrapper");
            }

            Members++;
        }
    }

    private static (string Text, bool HasSession) Outcome(object target, MethodInfo method, object?[] arguments)
    {
        try
        {
            var result = method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, [.. arguments], CultureInfo.InvariantCulture);
            return (Walked(result), false);
        }
        catch (Exception exception) when (exception.GetType().FullName == "Shapes.Ran")
        {
            return (exception.Message, (bool)exception.GetType().GetProperty("HasSession")!.GetValue(exception)!);
        }
    }

    /// <summary>Where the result is a task or an asynchronous sequence, the exception is in it.</summary>
    private static string Walked(object? result)
    {
        if (result is null)
        {
            return "null";
        }

        const BindingFlags Flags = BindingFlags.DoNotWrapExceptions;
        if (
            result
                .GetType()
                .GetInterfaces()
                .FirstOrDefault(static i => i.IsConstructedGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)) is
            { } sequence
        )
        {
            sequence.GetMethod("GetAsyncEnumerator")!.Invoke(result, Flags, null, [CancellationToken.None], CultureInfo.InvariantCulture);
        }
        else if (result.GetType().GetMethod("GetAwaiter", []) is { } getAwaiter)
        {
            var awaiter = getAwaiter.Invoke(result, Flags, null, [], CultureInfo.InvariantCulture)!;
            awaiter.GetType().GetMethod("GetResult")!.Invoke(awaiter, Flags, null, [], CultureInfo.InvariantCulture);
        }

        return "answered " + result;
    }

    private static Type Plain(Type type) => type.IsByRef ? type.GetElementType()! : type;

    private static object? Value(Type type, int number) =>
        type == typeof(string) ? "text" + number.ToString(CultureInfo.InvariantCulture)
        : type == typeof(object) ? number
        : type == typeof(bool) ? true
        : type.IsEnum ? Enum.ToObject(type, number)
        : type.IsPrimitive && type != typeof(nint) && type != typeof(nuint) ? Convert.ChangeType(number, type, CultureInfo.InvariantCulture)
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;

    private static Type? Closed(Type type) =>
        type.IsGenericTypeDefinition
            ? Choices(type.GetGenericArguments()).Select(a => Try(() => type.MakeGenericType(a))).FirstOrDefault(static t => t is not null)
            : type;

    private static MethodInfo? Closed(MethodInfo method) =>
        method.IsGenericMethodDefinition
            ? Choices(method.GetGenericArguments())
                .Select(a => Try(() => method.MakeGenericMethod(a)))
                .FirstOrDefault(static m => m is not null)
            : method;

    /// <summary>Arguments to try: the same plain type for all parameters, or for each the class that it is constrained to.</summary>
    private static IEnumerable<Type[]> Choices(Type[] parameters)
    {
        foreach (var plain in new[] { typeof(string), typeof(int), typeof(object), typeof(List<object>), typeof(Exception) })
        {
            yield return [.. parameters.Select(p => Constraint(p) ?? plain)];
            yield return [.. parameters.Select(_ => plain)];
        }

        static Type? Constraint(Type parameter) =>
            parameter.GetGenericParameterConstraints().FirstOrDefault(static c => !c.ContainsGenericParameters && c != typeof(ValueType));
    }

    private static T? Try<T>(Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
