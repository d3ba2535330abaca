namespace MonotonicReads.Sql;

/// <summary>Characters that stand in a text for what is known only at run time. The compile time writes them, no program does.</summary>
internal static class SqlHole
{
    /// <summary>Stands for one part that is known only at run time (an interpolation, a variable).</summary>
    public const char Part = '\uFFFC';

    /// <summary>Ends a text whose remainder was given up on.</summary>
    public const char Rest = '\uFFFB';

    public const char FirstParameter = '\uE000';

    public const char LastParameter = '\uE0FF';

    public static bool Is(char c) => c is Part or Rest || IsParameter(c);

    public static bool IsParameter(char c) => c is >= FirstParameter and <= LastParameter;
}
