using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MonotonicReads.Cli.Output;
using MySqlConnector;

namespace MonotonicReads.Cli.Checking;

/// <summary>The data source of the servers that a user names, registered and configured as an application's.</summary>
internal static class CheckedSource
{
    /// <exception cref="CliException">The settings are wrong, or cannot be read.</exception>
    public static ServiceProvider Of(CheckRequest request, Terminal terminal)
    {
        var services = new ServiceCollection();
        if (request.Settings is { } file)
        {
            services.AddReplicatedMySqlDataSource(SectionOf(file, request.Section, terminal));
        }
        else
        {
            var replicas = NamedReplicas.Of(request.Replicas).ToList();
            services.AddReplicatedMySqlDataSource(options =>
            {
                options.Primary = request.Primary;
                replicas.ForEach(options.Replicas.Add);
            });
        }

        var password = PasswordOf(request.PasswordVariable, terminal);
        services.PostConfigure<ReplicatedMySqlOptions>(options =>
        {
            options.Monitor = null;
            if (password is not null)
            {
                options.Primary = WithPassword(options.Primary, password);
                for (var i = 0; i < options.Replicas.Count; i++)
                {
                    var replica = options.Replicas[i];
                    options.Replicas[i] = replica with { ConnectionString = WithPassword(replica.ConnectionString, password)! };
                }
            }
        });
        return Checked(services.BuildServiceProvider(), request);
    }

    private static ServiceProvider Checked(ServiceProvider provider, CheckRequest request)
    {
        try
        {
            _ = provider.GetRequiredService<ReplicatedMySqlDataSource>();
            return provider;
        }
        catch (Exception exception) when (exception is OptionsValidationException or ArgumentException or InvalidOperationException)
        {
            provider.Dispose();
            var mistakes = exception is OptionsValidationException invalid ? string.Join("\n", invalid.Failures) : exception.Message;
            throw request.Settings is null ? CliException.WrongUsage(mistakes) : CliException.NotLoaded($"{request.Settings}:\n{mistakes}");
        }
    }

    private static IConfigurationSection SectionOf(string file, string? section, Terminal terminal)
    {
        var path = Path.GetFullPath(Path.Combine(terminal.WorkingDirectory, file));
        if (!File.Exists(path))
        {
            throw CliException.WrongUsage($"There is no {path}.");
        }

        IConfigurationRoot configuration;
        try
        {
            configuration = new ConfigurationBuilder().AddJsonFile(path).AddEnvironmentVariables().Build();
        }
        catch (InvalidDataException exception)
        {
            throw CliException.NotLoaded(exception.InnerException is { } why ? $"{exception.Message} {why.Message}" : exception.Message);
        }

        if (section is not null)
        {
            return configuration.GetSection(section) is var named && named.Exists()
                ? named
                : throw CliException.WrongUsage($"{path} has no section '{section}'. {Candidates(configuration)}");
        }

        return DataSources(configuration) is [var only]
            ? only
            : throw CliException.WrongUsage($"Which section of {path} is meant? Give --section. {Candidates(configuration)}");
    }

    private static string Candidates(IConfiguration configuration) =>
        DataSources(configuration) is [_, ..] found
            ? $"These look like data sources: {string.Join(", ", found.Select(static s => s.Path))}."
            : "None looks like a data source, which has Primary and Replicas.";

    private static List<IConfigurationSection> DataSources(IConfiguration below) =>
        [
            .. below
                .GetChildren()
                .SelectMany(child =>
                    child.GetSection("Replicas").Exists() && (child["Primary"] is not null || child.GetSection("Proxy").Exists())
                        ? [child]
                        : DataSources(child)
                ),
        ];

    private static string? PasswordOf(string? variable, Terminal terminal) =>
        variable is null ? null
        : terminal.Variable(variable) is { Length: > 0 } password ? password
        : throw CliException.WrongUsage(
            "The environment variable that --password-variable names is not set: give it a name, not the password."
        );

    private static string? WithPassword(string? connection, string password)
    {
        if (string.IsNullOrWhiteSpace(connection))
        {
            return connection;
        }

        try
        {
            var builder = new MySqlConnectionStringBuilder(connection);
            builder.Password = builder.Password.Length == 0 ? password : builder.Password;
            return builder.ConnectionString;
        }
        catch (ArgumentException)
        {
            // Told with all other mistakes.
            return connection;
        }
    }
}
