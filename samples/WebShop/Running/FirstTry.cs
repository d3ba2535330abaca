using MonotonicReads.Cluster;

namespace WebShop.Running;

/// <summary>What whoever starts the sample for the first time is told.</summary>
internal static class FirstTry
{
    public const string Usage = """
        usage: dotnet run --project samples/WebShop [-- OPTIONS]

          --mariadb        a MariaDB primary with two late replicas, started for this run
                           (Debian: apt-get install mariadb-server)
          --Shop:Primary=CONNECTION
          --Shop:Replicas:0:ConnectionString=CONNECTION
                           your own servers; without any of these, those of appsettings.json
          --urls=ADDRESS   where it is served; http://localhost:5000 by default
          --help           this text

        Every other setting of appsettings.json can be given in the same way.
        """;

    public static readonly IReadOnlyList<string> Help = ["--help", "-h", "-?"];

    /// <returns>Null where servers were asked for and cannot be had; then that was said.</returns>
    public static async Task<LocalServers?> ServersAsync(string[] args)
    {
        try
        {
            return await LocalServers.StartIfAskedAsync(args);
        }
        catch (Exception exception) when (exception is MariaDbMissingException or PlatformNotSupportedException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return null;
        }
    }

    /// <summary>Says why the application does not start.</summary>
    public static Task NoPrimaryAsync(Exception cause) =>
        Console.Error.WriteLineAsync(
            $"""
            The primary cannot be used: {cause.Message}

            Start with --mariadb for servers of its own, or name yours: Shop:Primary and Shop:Replicas in
            samples/WebShop/appsettings.json, or on the command line (--help).
            """
        );
}
