namespace MonotonicReads.Cli.Watched;

/// <summary>
/// What a body of a report and a method on a stack are both called. The program's own names and those of the source differ: an accessor
/// is a method there, a local function does not tell what other local function it is in.
/// </summary>
/// <param name="Member">The documentation id of the member, without its parameters and how many type parameters it has.</param>
/// <param name="Overload">What was cut off; null where overloads cannot be told apart.</param>
/// <param name="Accessor"><c>get</c>, <c>set</c>, <c>add</c> or <c>remove</c> of a property or an event; empty for no accessor.</param>
/// <param name="Local">The local function; empty for none.</param>
internal readonly record struct MemberName(string Member, string? Overload, string Accessor, string Local)
{
    private const string AnyOverload = "(*)";

    /// <param name="id">A documentation id, a local function's with its name behind <c>~</c>.</param>
    public static MemberName Of(string id)
    {
        id = id.Replace('<', '{').Replace('>', '}');
        var open = id.IndexOf('(', StringComparison.Ordinal);
        var start = open < 0 ? 0 : open;
        var tilde = id.IndexOf('~', start);
        if (tilde >= 0 && IsConversion(id, open))
        {
            tilde = id.IndexOf('~', tilde + 1);
        }

        var local = tilde < 0 ? "" : LocalOf(id[(tilde + 1)..]);
        var (member, accessor) = AsDeclared(tilde < 0 ? id : id[..tilde]);
        open = member.IndexOf('(', StringComparison.Ordinal);
        var arity = member.IndexOf("``", StringComparison.Ordinal);
        var end = arity >= 0 && (open < 0 || arity < open) ? arity : open;
        return end < 0 ? new MemberName(member, "", accessor, local)
            : member.EndsWith(AnyOverload, StringComparison.Ordinal) ? new MemberName(member[..end], null, accessor, local)
            : new MemberName(member[..end], member[end..], accessor, local);
    }

    /// <summary>The type whose field or property it is; null for neither.</summary>
    public string? InitializedType =>
        Member.StartsWith("F:", StringComparison.Ordinal) || Member.StartsWith("P:", StringComparison.Ordinal)
            ? Member[2..Member.LastIndexOf('.')]
            : null;

    /// <summary>The type whose constructor it is, static or not; null for none.</summary>
    public string? ConstructedType =>
        Member.EndsWith(".#ctor", StringComparison.Ordinal) || Member.EndsWith(".#cctor", StringComparison.Ordinal)
            ? Member[2..Member.LastIndexOf('.')]
            : null;

    /// <summary>Whether both may be the same.</summary>
    public bool MayBe(MemberName other) =>
        Member == other.Member
        && Local == other.Local
        && Accessor == other.Accessor
        && (Overload is null || other.Overload is null || Overload == other.Overload);

    private static bool IsConversion(string id, int open) =>
        open > 0
        && (
            id.AsSpan(0, open).EndsWith("op_Implicit", StringComparison.Ordinal)
            || id.AsSpan(0, open).EndsWith("op_Explicit", StringComparison.Ordinal)
        );

    // Where two have one name the report numbers them.
    private static string LocalOf(string names) => names.Split('~').LastOrDefault(static name => !name.All(char.IsAsciiDigit)) ?? "";

    private static (string Member, string Accessor) AsDeclared(string id)
    {
        if (!id.StartsWith("M:", StringComparison.Ordinal))
        {
            // A property that is one body is its getter.
            return (id, id.StartsWith("P:", StringComparison.Ordinal) ? "get" : "");
        }

        var open = id.IndexOf('(', StringComparison.Ordinal) is >= 0 and var bracket ? bracket : id.Length;
        var name = open == 0 ? 0 : id.LastIndexOfAny(['.', '#'], open - 1) + 1;
        var underscore = id.IndexOf('_', name) is >= 0 and var found && found < open ? found : name;
        var of = underscore < open ? id[(underscore + 1)..open] : "";
        return id[name..underscore] switch
        {
            "get" => ("P:" + id[2..name] + of + id[open..], "get"),
            "set" => ("P:" + id[2..name] + of + WithoutValue(id[open..]), "set"),
            "add" => ("E:" + id[2..name] + of, "add"),
            "remove" => ("E:" + id[2..name] + of, "remove"),
            _ => (id, ""),
        };
    }

    private static string WithoutValue(string parameters)
    {
        var depth = 0;
        for (var i = parameters.Length - 1; i > 0 && parameters != AnyOverload; i--)
        {
            depth += parameters[i] switch
            {
                '}' or ']' => 1,
                '{' or '[' => -1,
                _ => 0,
            };
            if (depth == 0 && parameters[i] == ',')
            {
                return parameters[..i] + ")";
            }
        }

        return parameters == AnyOverload ? parameters : "";
    }
}
