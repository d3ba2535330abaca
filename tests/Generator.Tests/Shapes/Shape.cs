using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>A shape that a repository can have: C# that declares one, and a script that calls it and its wrapper.</summary>
/// <param name="Name">What the shape is called, here and in docs/wrapping.md.</param>
/// <param name="How">How the wrapper takes it, for the same page.</param>
/// <param name="Since">The C# that first has it.</param>
/// <param name="Body">
/// The types, in namespace Shop; a static class <c>Script</c> with a method <c>Run</c> compares the wrapper with the class
/// (see <see cref="ShapeComparison"/>). A declined shape has none.
/// </param>
public sealed record Shape(string Name, string How, LanguageVersion Since, string Body)
{
    private const string Head = """
        using System;
        using System.Collections;
        using System.Collections.Generic;
        using System.ComponentModel;
        using System.Data;
        using System.Data.Common;
        using System.Diagnostics.CodeAnalysis;
        using System.Linq;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using System.Threading;
        using System.Threading.Tasks;
        using Comparison;
        using MonotonicReads;
        """;

    /// <summary>The section of the table that it stands in.</summary>
    public string Section { get; init; } = "";

    /// <summary>Why MR2001 declines it; null where it is wrapped.</summary>
    public string? Declined { get; init; }

    /// <summary>The first C# that has it no more: a newer language can take an obstacle away.</summary>
    public LanguageVersion? Until { get; init; }

    /// <summary>An assembly that is compiled beforehand, with the newest C#, and referenced.</summary>
    public string? Library { get; init; }

    /// <summary>Whether it is written against the packages too, not only against the framework.</summary>
    public bool NeedsPackages { get; init; }

    /// <summary>The whole file.</summary>
    public string Source => $"{Head}\nnamespace Shop\n{{\n{Body}\n}}\n";

    public override string ToString() => Name;
}
