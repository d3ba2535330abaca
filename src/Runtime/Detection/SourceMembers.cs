using System.CodeDom.Compiler;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace MonotonicReads.Detection;

/// <summary>
/// Which member of the source a method of the running program comes from: the compiler makes methods of lambdas and local functions, and
/// types of asynchronous methods and iterators.
/// </summary>
/// <param name="code">Which assemblies are the user's.</param>
/// <param name="lines">Tells where lambdas and local functions stand; null where nobody asks.</param>
internal sealed class SourceMembers(UserCode code, SourceLines? lines = null)
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly (Type Attribute, string Level)[] Levels =
    [
        (typeof(EventualAttribute), "Eventual"),
        (typeof(MonotonicAttribute), "Monotonic"),
        (typeof(CausalAttribute), "Causal"),
        (typeof(GlobalAttribute), "Global"),
        (typeof(PrimaryAttribute), "Primary"),
    ];

    private readonly ConcurrentDictionary<MethodBase, CallingMethod?> _known = new();

    /// <summary>The member; null where it is no code of the user's, or the generator's.</summary>
    public CallingMethod? Of(MethodBase method) =>
        method.DeclaringType is not { } type || !code.Has(type.Assembly) ? null
        : type.IsCollectible ? FindOrName(method)
        : _known.GetOrAdd(method, FindOrName);

    // What a member says of itself may be of an assembly that is not there: an optional one, which the program never needs.
    private CallingMethod? FindOrName(MethodBase method)
    {
        try
        {
            return Find(method);
        }
        catch (Exception exception) when (IsOfReflection(exception))
        {
            return Named(method);
        }
    }

    private CallingMethod? Named(MethodBase method)
    {
        var owner = method.DeclaringType!;
        var name = IsMade(method.Name) ? Around(method.Name) : method.Name;
        while (IsMade(owner.Name) && owner.DeclaringType is { } outer)
        {
            name = IsMade(name) || name == "MoveNext" ? Around(owner.Name) : name;
            owner = outer;
        }

        return new CallingMethod(
            DocumentationId.OfName(owner, name) + "(*)",
            $"{owner.Name.Split('`')[0]}.{name}",
            Declares: null,
            IsMade(method.DeclaringType!.Name) || IsMade(method.Name) ? lines?.Of(method) : null
        );
    }

    private static bool IsOfReflection(Exception exception) =>
        exception
            is IOException
                or TypeLoadException
                or BadImageFormatException
                or MissingMemberException
                or ReflectionTypeLoadException
                or CustomAttributeFormatException
                or AmbiguousMatchException
                or NotSupportedException;

    private CallingMethod? Find(MethodBase method)
    {
        var (member, isCertain) = MemberOf(method);
        if (member.DeclaringType is not { } type || IsWritten(type))
        {
            return null;
        }

        var id = isCertain ? DocumentationId.Of(member) : DocumentationId.OfName(member) + "(*)";
        var name = $"{type.Name.Split('`')[0]}.{(member.IsConstructor ? "ctor" : member.Name)}";
        var at = IsMade((Kickoff(method) ?? method).Name) ? lines?.Of(BodyOf(method)) : null;
        return LocalFunctionIn(method) is { } local
            ? new CallingMethod($"{id}~{local}", $"{name} › {local}", LevelOf(member), at)
            : new CallingMethod(id, name, LevelOf(member), at);
    }

    /// <summary>Where the source's statements are: an asynchronous method only starts its state machine.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "What was trimmed is not on the stack.")]
    private static MethodBase BodyOf(MethodBase method)
    {
        var kickoff = Kickoff(method) ?? method;
        return MachineOf(kickoff) is { } machine ? machine.GetMethod("MoveNext", Declared) ?? method : method;
    }

    // A wrapper calls what it wraps, which is on the stack too.
    private static bool IsWritten(Type type) =>
        type.GetCustomAttribute<GeneratedCodeAttribute>(inherit: false) is { Tool: { } tool }
        && tool.StartsWith("MonotonicReads", StringComparison.Ordinal);

    private static (MethodBase Member, bool IsCertain) MemberOf(MethodBase method)
    {
        var made = Kickoff(method) ?? method;
        if (!IsMade(made.Name))
        {
            return (made, true);
        }

        var owner = made.DeclaringType!;
        while (IsMade(owner.Name) && owner.DeclaringType is { } outer)
        {
            owner = outer;
        }

        var name = Around(made.Name);
        var overloads = MembersOf(owner).Where(member => member.Name == name).ToList();
        if (overloads.Count == 0)
        {
            // What the runtime calls of a program without a class.
            overloads = [.. MembersOf(owner).Where(member => member.Name == $"<{name}>$")];
        }

        return overloads.Count == 0 ? (made, true) : (overloads[0], overloads.Count == 1);
    }

    /// <summary>The method whose state machine runs; null where none does.</summary>
    private static MethodBase? Kickoff(MethodBase method)
    {
        if (method.DeclaringType is not { DeclaringType: { } owner } machine || !IsMade(machine.Name))
        {
            return null;
        }

        var definition = machine.IsGenericType ? machine.GetGenericTypeDefinition() : machine;
        return MembersOf(owner)
            .FirstOrDefault(member =>
                MachineOf(member) is { } type && (type.IsGenericType ? type.GetGenericTypeDefinition() : type) == definition
            );
    }

    // An attribute of another member is no reason not to find this one.
    private static Type? MachineOf(MethodBase member)
    {
        try
        {
            return member.GetCustomAttribute<StateMachineAttribute>(inherit: false)?.StateMachineType;
        }
        catch (Exception exception) when (IsOfReflection(exception))
        {
            return null;
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "What was trimmed is not on the stack.")]
    private static IEnumerable<MethodBase> MembersOf(Type type) =>
        type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared));

    // `<Main>$` is the source's own, as it is called.
    private static bool IsMade(string name) => name.Length > 0 && name[0] == '<' && name != "<Main>$";

    /// <summary><c>Get</c> of <c>&lt;Get&gt;b__0_1</c>, whose angles may be nested.</summary>
    private static string Around(string name)
    {
        var open = 0;
        for (var i = 0; i < name.Length; i++)
        {
            open += name[i] switch
            {
                '<' => 1,
                '>' => -1,
                _ => 0,
            };
            if (open == 0)
            {
                var inner = name[1..i];
                return IsMade(inner) ? Around(inner) : inner;
            }
        }

        return name;
    }

    /// <summary>The name of the innermost local function that a method is made of; null for none.</summary>
    private static string? LocalFunctionIn(MethodBase method)
    {
        var name = (Kickoff(method) ?? method).Name;
        var begin = IsMade(name) ? name.IndexOf(">g__", StringComparison.Ordinal) : -1;
        var end = begin < 0 ? -1 : name.IndexOf('|', begin);
        return end < 0 ? null : name[(begin + 4)..end];
    }

    // Nearest first: member, its type, overridden members, members of interfaces, interfaces.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "An annotation that was trimmed with its interface is not found.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "An annotation that was trimmed with its interface is not found.")]
    private static string? LevelOf(MethodBase member)
    {
        if (LevelOn(member) is { } own)
        {
            return own;
        }

        var type = member.DeclaringType!;
        if (LevelOn(type) is { } ofType)
        {
            return ofType;
        }

        if (member is MethodInfo method && method.GetBaseDefinition() is { } overridden && !overridden.Equals(method))
        {
            return LevelOn(overridden) ?? LevelOn(overridden.DeclaringType!);
        }

        var name = member.Name[(member.Name.LastIndexOf('.') + 1)..];
        var parameters = member.GetParameters().Length;
        var contracts = type.GetInterfaces()
            .Where(contract => contract.GetMethods().Any(m => m.Name == name && m.GetParameters().Length == parameters))
            .ToList();
        return contracts
                .SelectMany(static contract => contract.GetMethods())
                .Where(m => m.Name == name && m.GetParameters().Length == parameters)
                .Select(LevelOn)
                .FirstOrDefault(static level => level is not null)
            ?? contracts.Select(LevelOn).FirstOrDefault(static level => level is not null);
    }

    private static string? LevelOn(MemberInfo member) =>
        Levels.FirstOrDefault(level => member.IsDefined(level.Attribute, inherit: false)).Level;
}
