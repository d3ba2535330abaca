using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using MonotonicReads.Cli.Loading;

namespace MonotonicReads.Cli.Commands;

/// <summary>What every command takes that reads code.</summary>
internal sealed class SolutionOptions
{
    private readonly Argument<string?> _solution = new("SOLUTION")
    {
        Description = "A .sln, .slnx, .slnf or .csproj, or a folder with one; this folder when left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _ignoreErrors = new("--ignore-errors")
    {
        Description = "Go on where a project does not load or compile. What stands in code that does not compile is not found.",
    };

    private readonly Option<string?> _configuration = new("--configuration", "-c")
    {
        Description = "As of dotnet build; Debug when left out.",
    };

    private readonly Option<string[]> _properties = new("--property", "-p")
    {
        Description = "A property for MSBuild, as of dotnet build: NAME=VALUE. May be given more than once.",
        HelpName = "NAME=VALUE",
    };

    public SolutionOptions()
    {
        _properties.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(static t => t.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"'{token.Value}' is no property: write NAME=VALUE.");
            }
        });
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_solution);
        command.Options.Add(_configuration);
        command.Options.Add(_properties);
        command.Options.Add(_ignoreErrors);
    }

    public LoadRequest Of(ParseResult parsed)
    {
        var properties = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        if (parsed.GetValue(_configuration) is { } configuration)
        {
            properties["Configuration"] = configuration;
        }

        foreach (var property in parsed.GetValue(_properties) ?? [])
        {
            var name = property.IndexOf('=', StringComparison.Ordinal);
            properties[property[..name]] = property[(name + 1)..];
        }

        return new(parsed.GetValue(_solution), parsed.GetValue(_ignoreErrors), properties.ToImmutable());
    }
}
