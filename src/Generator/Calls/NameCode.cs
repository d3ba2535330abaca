namespace MonotonicReads.Generator.Calls;

/// <summary>
/// A name as a number, so that whole projects are compared without a string for each name in them. Two names of one code would only make a body be
/// looked at for nothing, or, among all names of a large project with a chance of one in 10^9, have a library's name taken for another.
/// </summary>
internal static class NameCode
{
    /// <summary>What a hash begins with (64-bit FNV-1a).</summary>
    public const ulong Start = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    private const ulong Constructor = 0x9E3779B97F4A7C15;

    public static ulong With(ulong code, char next) => (code ^ next) * Prime;

    public static ulong Of(string name)
    {
        var isConstructor = name.StartsWith(NameIndex.ConstructorPrefix, StringComparison.Ordinal);
        var code = Start;
        for (var i = isConstructor ? NameIndex.ConstructorPrefix.Length : 0; i < name.Length; i++)
        {
            code = With(code, name[i]);
        }

        return isConstructor ? OfConstructor(code) : code;
    }

    /// <summary>The code of a type's constructors, from the code of its name.</summary>
    public static ulong OfConstructor(ulong type) => type ^ Constructor;
}
