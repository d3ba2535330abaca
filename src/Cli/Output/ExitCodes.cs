namespace MonotonicReads.Cli.Output;

/// <summary>What the tool's exit code says, the same for every command.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and nothing was found that has to be mended.</summary>
    public const int Fine = 0;

    /// <summary>Something has to be mended: findings, a baseline that is stale or would grow, servers set up wrongly.</summary>
    public const int Found = 1;

    /// <summary>The command line is wrong, or asks for what would overwrite a file.</summary>
    public const int WrongUsage = 2;

    /// <summary>A solution, project or settings file could not be loaded, or does not compile.</summary>
    public const int NotLoaded = 3;

    /// <summary>The tool itself failed.</summary>
    public const int Failed = 4;

    /// <summary>Stopped by Ctrl+C, as shells number it.</summary>
    public const int Cancelled = 130;
}
