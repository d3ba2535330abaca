using System.Collections.Immutable;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests;

/// <summary>
/// Which room of an assembly may use which. A room is a folder; of another assembly, or of the shared sources, it has that one's
/// name in front. What is not in the table is not allowed, and what is in it is used: a failing test prints the table as the code is.
/// </summary>
internal static class AllowedUses
{
    /// <summary>The namespaces of what several assemblies compile begin with this.</summary>
    public const string SharedNamespace = "MonotonicReads";

    private const string Generator = """
        (root)            -> Collections, Emit, Options, Wrapping/Decision, Wrapping/Planning, Wrapping/Survey
        Emit              -> Collections, Symbols, Wrapping/Decision, Wrapping/Planning
        Inventory         -> Annotations, Calls, Collections, Flow, Names, Rules, Sql
        Rules             -> Annotations, Calls, Collections, Deferral, Effects, Flow, Merging, Names, Options, Reads, Symbols, Wrapping/Decision, Wrapping/Survey
        Merging           -> Shared/Sql
        Effects           -> Calls, Options, Reads
        Wrapping/Planning -> Annotations, Collections, Options, Symbols, Wrapping/Decision, Wrapping/Survey, Wrapping/Text
        Wrapping/Decision -> Annotations, Names, Symbols, Wrapping/Survey, Wrapping/Text
        Calls             -> Annotations, Collections, Flow, Names, Options, Reads, Symbols
        Wrapping/Survey   -> Annotations, Collections, Names, Symbols
        Deferral          -> Flow
        Flow              -> Annotations, Collections, Options, Reads, Sql, Symbols
        Names             -> Annotations, Reads
        Reads             -> Options
        Sql               -> Shared/Sql
        Wrapping/Text     -> Collections, Symbols
        Annotations       -> nothing
        Collections       -> nothing
        Options           -> nothing
        Shared/Sql        -> nothing
        Symbols           -> nothing
        """;

    private const string CodeFixes = """
        (root) -> Generator/Annotations, Generator/Deferral, Generator/Flow, Generator/Inventory, Generator/Merging, Generator/Names, Generator/Options, Generator/Rules, Generator/Symbols, Generator/Wrapping/Decision, Generator/Wrapping/Survey
        """;

    private const string Runtime = """
        DependencyInjection -> AdoNet, Annotations, Configuration, MySql, Observability, Routing, Topology
        Configuration       -> Annotations, Detection, Monitoring, MySql, Proxies, Routing, Selection
        MySql               -> AdoNet, Annotations, Choosing, Detection, Monitoring, Observability, Positions, Proxies, Routing, Selection, Servers, Topology
        Monitoring          -> Choosing, Observability, Positions, Servers
        AdoNet              -> Choosing, Detection, Observability, Proxies, Routing, Selection, Servers, Sessions, Sql
        Choosing            -> Annotations, Observability, Positions, Selection, Servers, Sessions
        Routing             -> Annotations, Choosing, Detection, Observability, Positions, Proxies, Selection, Servers, Sessions, Sql
        Detection           -> Annotations, Observability
        Sessions            -> Annotations, Observability, Positions, Servers, Sql
        Proxies             -> Annotations, Servers, Sql
        Topology            -> Positions, Servers
        Servers             -> Observability, Positions
        Observability       -> Annotations
        Sql                 -> Shared/Sql
        Annotations         -> nothing
        Positions           -> nothing
        Selection           -> nothing
        Shared/Sql          -> nothing
        """;

    private const string AspNetCore = """
        (root) -> Runtime/AdoNet, Runtime/Annotations, Runtime/DependencyInjection, Runtime/Detection, Runtime/MySql, Runtime/Observability, Runtime/Routing, Runtime/Sessions
        """;

    private const string EntityFrameworkCore = """
        (root) -> Runtime/AdoNet, Runtime/Annotations, Runtime/MySql, Runtime/Servers, Runtime/Sessions
        """;

    private const string Testing = """
        (root) -> Runtime/AdoNet, Runtime/Annotations, Runtime/Choosing, Runtime/Detection, Runtime/MySql, Runtime/Positions, Runtime/Routing, Runtime/Selection, Runtime/Servers, Runtime/Sessions, Runtime/Sql
        """;

    private const string Cli = """
        (root)           -> Commands, Output
        Commands         -> Baselines, Checking, Explaining, Loading, Output, Plans, Reports, Reports/Building, Reports/Model, Watched
        Explaining       -> CodeFixes/(root), Loading, Reports, Reports/Model
        Reports/Building -> Generator/Flow, Generator/Inventory, Loading, Output, Reports/Model
        Plans            -> Baselines, Generator/Options, Generator/Rules, Loading, Output
        Baselines        -> Generator/Options, Generator/Rules, Loading, Output
        Checking         -> Output, Runtime/Configuration, Runtime/DependencyInjection, Runtime/Monitoring, Runtime/MySql, Runtime/Routing, Runtime/Topology
        Loading          -> Generator/Options, Generator/Rules, Output
        Reports          -> Generator/Rules, Reports/Model
        Watched          -> Output, Reports/Model
        Output           -> nothing
        Reports/Model    -> nothing
        """;

    /// <summary>Each after those that it references.</summary>
    public static ImmutableArray<Assembly> Assemblies { get; } =
    [
        new("src/Generator", "MonotonicReads.Generator", Generator),
        new("src/CodeFixes", "MonotonicReads.CodeFixes", CodeFixes, Below: "Generator"),
        new("src/Runtime", "MonotonicReads", Runtime, PublicTypesAtTheRoot: true),
        new("src/Runtime.AspNetCore", "MonotonicReads.AspNetCore", AspNetCore, Below: "Runtime"),
        new("src/Runtime.EntityFrameworkCore", "MonotonicReads.EntityFrameworkCore", EntityFrameworkCore, Below: "Runtime"),
        new("src/Testing", "MonotonicReads.Testing", Testing, Below: "Runtime"),
        new("src/Cli", "MonotonicReads.Cli", Cli, Below: "Generator, CodeFixes, Runtime"),
    ];
}
