using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace MonotonicReads.Cluster;

/// <summary>
/// A data directory as mariadb-install-db leaves it, made once per user and MariaDB version and copied for each server:
/// copying takes a tenth of a second, installing two.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class ServerTemplate
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    /// <summary>Under the temp path, so that it goes when the machine cleans up.</summary>
    public static string CacheDirectory { get; } = Path.Combine(Path.GetTempPath(), $"monotonicreads-{Environment.UserName}", "templates");

    /// <summary>The template's directory; makes it if it is not there. Any number of processes may ask at the same time.</summary>
    public static Task<string> PrepareAsync(MariaDbBinaries binaries, CancellationToken cancellation) =>
        PrepareAsync(binaries, CacheDirectory, cancellation);

    internal static async Task<string> PrepareAsync(MariaDbBinaries binaries, string cacheDirectory, CancellationToken cancellation)
    {
        var version = await RunAsync(binaries.Server, ["--no-defaults", "--version"], cancellation).ConfigureAwait(false);
        var template = Path.Combine(cacheDirectory, Stamp(version));
        if (Directory.Exists(template))
        {
            return template;
        }

        Directory.CreateDirectory(cacheDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        RemoveAbandoned(cacheDirectory);

        // Built aside and renamed when complete: nobody ever sees half a template, and of two builders the second
        // throws its own away.
        var aside = Directory.CreateDirectory($"{template}.{Guid.NewGuid():N}.building").FullName;
        try
        {
            Directory.Move(await InstallAsync(binaries, aside, cancellation).ConfigureAwait(false), template);
        }
        catch (IOException) when (Directory.Exists(template))
        {
            // The other builder was first.
        }
        finally
        {
            Directory.Delete(aside, recursive: true);
        }

        return template;
    }

    /// <summary>Copies the template to <paramref name="destination"/>, which must not exist.</summary>
    public static void CopyTo(string template, string destination)
    {
        Directory.CreateDirectory(destination);
        foreach (var directory in Directory.EnumerateDirectories(template, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(destination, Path.GetRelativePath(template, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(destination, Path.GetRelativePath(template, file)));
        }
    }

    private static async Task<string> InstallAsync(MariaDbBinaries binaries, string directory, CancellationToken cancellation)
    {
        var data = Path.Combine(directory, "data");
        var sql = Path.Combine(directory, "initial.sql");
        await File.WriteAllTextAsync(sql, ServerOptions.InitialSql, cancellation).ConfigureAwait(false);
        string[] arguments =
        [
            "--no-defaults",
            .. ServerOptions.RunAs,
            $"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            .. ServerOptions.Layout,
            $"--extra-file={sql}",
        ];

        // In one temp directory two installations drop each other's temporary tables (error 1051, seen).
        await RunAsync(binaries.InstallDb, arguments, cancellation, temp: directory).ConfigureAwait(false);
        return data;
    }

    // All that the files depend on is in the name, so a new MariaDB or a changed option makes a new template.
    private static string Stamp(string version)
    {
        var content = string.Join('\n', [version, ServerOptions.InitialSql, .. ServerOptions.Layout]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
    }

    private static void RemoveAbandoned(string cacheDirectory)
    {
        foreach (var entry in new DirectoryInfo(cacheDirectory).EnumerateDirectories("*.building"))
        {
            if (DateTime.UtcNow - entry.CreationTimeUtc > AbandonedAfter)
            {
                entry.Delete(recursive: true);
            }
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellation, string? temp = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = temp ?? Path.GetTempPath();
        using var process = Process.Start(start) ?? throw new MariaDbClusterException($"{program} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        var text = await output.ConfigureAwait(false);
        return process.ExitCode == 0
            ? text
            : throw new MariaDbClusterException(
                $"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}:\n{text}\n{await errors.ConfigureAwait(false)}"
            );
    }
}
