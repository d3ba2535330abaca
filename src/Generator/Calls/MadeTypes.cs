using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Which classes of a project are ever made: with <c>new</c>, by a container that they are registered with, by a scan of the assembly.
/// Read from names; asked only where the implementations of a member differ.
/// </summary>
internal sealed class MadeTypes
{
    private static readonly HashSet<ulong> Scans = Codes(
        "Scan",
        "AddClasses",
        "RegisterAssemblyTypes",
        "RegisterAssemblyOpenGenericTypes",
        "FromAssemblyOf",
        "FromAssemblies",
        "FromAssembliesOf",
        "FromCallingAssembly",
        "FromEntryAssembly",
        "FromThisAssembly",
        "FromExecutingAssembly",
        "FromApplicationDependencies",
        "FromAssemblyContaining",
        "TheCallingAssembly",
        "AssemblyContainingType",
        "AssembliesFromApplicationBaseDirectory",
        "WithDefaultConventions",
        "AutoRegister",
        "RegisterMany"
    );

    private static readonly HashSet<ulong> Types = Codes("GetTypes", "GetExportedTypes", "DefinedTypes", "ExportedTypes");

    private static readonly HashSet<ulong> Registrations = Codes(
        "AddScoped",
        "AddTransient",
        "AddSingleton",
        "TryAddScoped",
        "TryAddTransient",
        "TryAddSingleton",
        "ServiceDescriptor",
        "IServiceCollection",
        "ContainerBuilder",
        "RegisterType",
        "Register"
    );

    private static readonly string[] StandIns =
    [
        "Fake",
        "Mock",
        "Stub",
        "Dummy",
        "Null",
        "NoOp",
        "Noop",
        "InMemory",
        "Test",
        "Empty",
        "Spy",
    ];

    private readonly List<NameIndex> _files;
    private readonly List<SyntaxTree> _trees;
    private readonly Lazy<bool> _scans;
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _made = new(SymbolEqualityComparer.Default);

    public MadeTypes(Compilation compilation)
    {
        _trees = [.. compilation.SyntaxTrees];
        _files = [.. _trees.Select(NameIndex.Of)];
        _scans = new Lazy<bool>(() => _files.Exists(static f => f.HasAnyOf(Scans) || (f.HasAnyOf(Types) && f.HasAnyOf(Registrations))));
    }

    /// <summary>True for a class that only stands in for another.</summary>
    public static bool IsStandIn(INamedTypeSymbol type) =>
        Array.Exists(
            StandIns,
            name =>
                type.Name.StartsWith(name, StringComparison.Ordinal)
                && type.Name.Length > name.Length
                && char.IsUpper(type.Name[name.Length])
        )
        || type.Name.EndsWith("Fake", StringComparison.Ordinal)
        || type.Name.EndsWith("Mock", StringComparison.Ordinal)
        || type.Name.EndsWith("Stub", StringComparison.Ordinal);

    public bool Contains(INamedTypeSymbol type, CancellationToken cancellation) =>
        !type.IsAbstract && _made.GetOrAdd(type.OriginalDefinition, t => IsMade(t, cancellation));

    private bool IsMade(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var code = NameCode.Of(type.Name);
        var constructor = NameCode.OfConstructor(code);
        return _files.Exists(f => f.Has(constructor))
            || (_scans.Value && !IsStandIn(type))
            || type.GetAttributes().Any(static a => IsExport(a.AttributeClass?.Name))
            || Enumerable
                .Range(0, _files.Count)
                .Any(i => _files[i].Has(code) && _trees[i].GetRoot(cancellation).DescendantNodes().Any(n => Makes(n, type.Name)));
    }

    /// <summary>An attribute by which a container finds the class: <c>[Export]</c>, <c>[Service]</c>, <c>[Injectable]</c>.</summary>
    private static bool IsExport(string? attribute) =>
        attribute is not null
        && (
            attribute.StartsWith("Export", StringComparison.Ordinal)
            || attribute.StartsWith("Inject", StringComparison.Ordinal)
            || attribute.StartsWith("Register", StringComparison.Ordinal)
            || attribute is "ServiceAttribute" or "ComponentAttribute" or "DependencyAttribute"
        );

    /// <summary>True where a node names the class for somebody to make it.</summary>
    private static bool Makes(SyntaxNode node, string name) =>
        node switch
        {
            TypeArgumentListSyntax { Parent: GenericNameSyntax generic } list => list.Arguments.Any(a => Is(a, name)) && IsCalled(generic),
            TypeOfExpressionSyntax of => Is(of.Type, name),
            ParameterSyntax { Parent.Parent: ConstructorDeclarationSyntax or TypeDeclarationSyntax } parameter => Is(parameter.Type, name),
            ImplicitObjectCreationExpressionSyntax creation => Is(TargetOf(creation), name),
            _ => false,
        };

    private static bool IsCalled(GenericNameSyntax name) =>
        (name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access.Parent : name.Parent)
        is InvocationExpressionSyntax;

    private static TypeSyntax? TargetOf(ImplicitObjectCreationExpressionSyntax creation) =>
        creation.Parent is not EqualsValueClauseSyntax { Parent: { } declared } ? null
        : declared is PropertyDeclarationSyntax property ? property.Type
        : (declared.Parent as VariableDeclarationSyntax)?.Type;

    private static bool Is(TypeSyntax? type, string name) =>
        type switch
        {
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText == name,
            SimpleNameSyntax simple => simple.Identifier.ValueText == name,
            NullableTypeSyntax nullable => Is(nullable.ElementType, name),
            _ => false,
        };

    private static HashSet<ulong> Codes(params string[] names) => [.. names.Select(NameCode.Of)];
}
