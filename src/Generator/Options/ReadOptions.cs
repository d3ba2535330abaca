using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Generator.Options;

/// <summary>The options of <c>.editorconfig</c> under the prefix <c>monotonic_reads.</c> that hold for one file.</summary>
internal sealed record ReadOptions(RoutingMode Routing, StoredProcedureMode StoredProcedures, bool RepositoryConvention)
{
    public const string Prefix = "monotonic_reads.";

    /// <summary>Lists of members; unlike the others they hold for the whole project, wherever they are set.</summary>
    public const string ReadMembersKey = Prefix + "read_members",
        WriteMembersKey = Prefix + "write_members",
        PrimaryMembersKey = Prefix + "primary_members";

    public static readonly ChoiceOption<RoutingMode> RoutingOption = new(
        Prefix + "routing",
        ("statement", RoutingMode.Statement),
        ("connection", RoutingMode.Connection)
    );

    public static readonly ChoiceOption<StoredProcedureMode> StoredProceduresOption = new(
        Prefix + "stored_procedures",
        ("by_name", StoredProcedureMode.ByName),
        ("read", StoredProcedureMode.Read),
        ("write", StoredProcedureMode.Write),
        ("primary", StoredProcedureMode.Primary)
    );

    public static readonly ChoiceOption<bool> RepositoryConventionOption = new(
        Prefix + "repository_convention",
        ("off", false),
        ("on", true),
        ("false", false),
        ("true", true)
    );

    public static readonly ImmutableArray<IChoiceOption> Choices = ImmutableArray.Create<IChoiceOption>(
        RoutingOption,
        StoredProceduresOption,
        RepositoryConventionOption
    );

    public static readonly ImmutableArray<string> ListKeys = ImmutableArray.Create(ReadMembersKey, WriteMembersKey, PrimaryMembersKey);

    /// <summary>True where a switch is on for all files or for one.</summary>
    public static bool IsSetAnywhere(ChoiceOption<bool> option, Compilation compilation, AnalyzerConfigOptionsProvider provider) =>
        option.Read(provider.GlobalOptions, provider.GlobalOptions)
        || compilation.SyntaxTrees.Any(tree => provider.GetOptions(tree) is var file && option.Read(file, file));

    public static ReadOptions From(AnalyzerConfigOptions file, AnalyzerConfigOptions global) =>
        new(RoutingOption.Read(file, global), StoredProceduresOption.Read(file, global), RepositoryConventionOption.Read(file, global));
}

/// <summary>What the path between application and replicas may send elsewhere.</summary>
internal enum RoutingMode
{
    /// <summary>A proxy may send each statement to another server; only a transaction holds statements together.</summary>
    Statement,

    /// <summary>One open connection stays on one server.</summary>
    Connection,
}

/// <summary>What a stored procedure of which only the name is known does.</summary>
internal enum StoredProcedureMode
{
    /// <summary>Its name's verb decides; without one, whether rows are taken from it.</summary>
    ByName,

    /// <summary>It reads, on a replica.</summary>
    Read,

    /// <summary>It writes.</summary>
    Write,

    /// <summary>
    /// It is routed to the primary, as a call whose effect the proxy cannot know: a primary read where rows are taken from it.
    /// </summary>
    Primary,
}
