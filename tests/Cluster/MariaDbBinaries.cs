namespace MonotonicReads.Cluster;

/// <summary>The two programs of the package mariadb-server that a cluster needs.</summary>
internal sealed record MariaDbBinaries(string Server, string InstallDb)
{
    // Debian puts mariadbd in /usr/sbin, which is not on every user's PATH.
    private static readonly string[] UsualDirectories = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

    /// <summary>Finds both programs on PATH and in the usual directories.</summary>
    /// <exception cref="MariaDbMissingException">One of them is not there; the message has the install command.</exception>
    public static MariaDbBinaries Find() => Find(Environment.GetEnvironmentVariable("PATH"), UsualDirectories);

    internal static MariaDbBinaries Find(string? path, IEnumerable<string> usualDirectories)
    {
        var directories = (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(usualDirectories).ToArray();
        return new(Locate("mariadbd"), Locate("mariadb-install-db"));

        string Locate(string program) =>
            directories.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists)
            ?? throw new MariaDbMissingException(program);
    }
}

/// <summary>MariaDB is not installed. The message holds the command that installs it.</summary>
public sealed class MariaDbMissingException : Exception
{
    internal MariaDbMissingException(string program)
        : base(
            $"{program} was not found on PATH, so no MariaDB cluster can be started. "
                + "Install it with: apt-get update && apt-get install -y mariadb-server"
        ) => Program = program;

    /// <summary>The program that is missing, for example <c>mariadbd</c>.</summary>
    public string Program { get; }
}
