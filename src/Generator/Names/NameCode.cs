namespace MonotonicReads.Generator.Names;

/// <summary>
/// A name as a number, so that whole projects are compared without a string for each name in them. Two names of one code would only make a
/// body be looked at for nothing, or, among all names of a large project with a chance of one in 10^9, have a library's name taken for
/// another.
/// </summary>
internal static class NameCode
{
    /// <summary>What a hash begins with (64-bit FNV-1a).</summary>
    public const ulong Start = 14695981039346656037;

    /// <summary>What stands before a type's name in the name of its constructors.</summary>
    private const string ConstructorPrefix = "new ";

    private const ulong Prime = 1099511628211;

    private const ulong Constructor = 0x9E3779B97F4A7C15;

    public static ulong With(ulong code, char next) => (code ^ next) * Prime;

    public static ulong Of(string name)
    {
        var isConstructor = name.StartsWith(ConstructorPrefix, StringComparison.Ordinal);
        var code = Start;
        for (var i = isConstructor ? ConstructorPrefix.Length : 0; i < name.Length; i++)
        {
            code = With(code, name[i]);
        }

        return isConstructor ? OfConstructor(code) : code;
    }

    /// <summary>A constructor's name: a type is mentioned wherever it is used, but constructed only here and there.</summary>
    public static string ConstructorOf(string type) => ConstructorPrefix + type;

    /// <summary>The code of a type's constructors, from the code of its name.</summary>
    public static ulong OfConstructor(ulong type) => type ^ Constructor;
}
