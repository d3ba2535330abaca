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
        Rules       -> Annotations, Calls, Flow, Options, Reads, Wrapping
        (root)      -> Emit, Wrapping
        Calls       -> Annotations, Flow, Options, Reads, Wrapping
        Flow        -> Annotations, Calls, Options, Reads, Sql
        Emit        -> Wrapping
        Reads       -> Options
        Annotations -> Wrapping
        Options     -> nothing
        Sql         -> nothing
        Wrapping    -> Annotations
        """;

    private const string CodeFixes = """
        (root) -> Generator/Annotations, Generator/Rules, Generator/Wrapping
        """;

    private const string Runtime = """
        DependencyInjection -> Annotations, Monitoring, Observability, Proxies, Routing, Selection, Sessions, Topology
        Monitoring          -> Observability, Positions, Routing, Servers
        Observability       -> Annotations, Monitoring, Positions, Routing, Selection, Servers, Sessions, Topology
        Proxies             -> Annotations, DependencyInjection, Routing, Sessions
        Routing             -> Annotations, Monitoring, Observability, Positions, Proxies, Selection, Servers, Sessions, Tokens, Topology
        Servers             -> Positions, Proxies, Routing
        Sessions            -> Annotations, Observability, Positions, Routing, Servers, Tokens
        Tokens              -> Positions, Sessions
        Topology            -> Routing, Servers
        Annotations         -> nothing
        Positions           -> nothing
        Selection           -> nothing
        """;

    private const string AspNetCore = """
        (root) -> Runtime/Annotations, Runtime/Sessions, Runtime/Tokens
        """;

    /// <summary>Each after the one that it references.</summary>
    public static ImmutableArray<Assembly> Assemblies { get; } =
    [
        new("src/Generator", "MonotonicReads.Generator", Generator),
        new("src/CodeFixes", "MonotonicReads.CodeFixes", CodeFixes, Below: "Generator"),
        new("src/Runtime", "MonotonicReads", Runtime, PublicTypesAtTheRoot: true),
        new("src/Runtime.AspNetCore", "MonotonicReads.AspNetCore", AspNetCore, Below: "Runtime"),
    ];
}
