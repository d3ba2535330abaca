using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Reads;
using Xunit;

namespace MonotonicReads.Analyzer.Tests.Calls;

/// <summary>A build binds all that names a library's member only where most of it turns out to be something else.</summary>
public class LibraryCallsTests
{
    [Theory]
    [InlineData(30, 0, false)]
    [InlineData(30, 29, false)]
    [InlineData(30, 30, false)]
    [InlineData(30, 31, true)]
    [InlineData(0, 100, true)]
    [InlineData(300, 200, false)]
    [InlineData(200, 300, true)]
    [InlineData(0, 0, false)]
    public void Most_of_what_carries_a_name_decides(int reading, int other, bool areMostlyOthers)
    {
        // Evenly mixed, as the files of a project are.
        var members = Enumerable
            .Range(0, reading + other)
            .Select(i =>
                ((long)i * reading / (reading + other)) != ((long)(i + 1) * reading / (reading + other))
                    ? $"int M{i}() => db.QueryFirst<int>(\"SELECT a FROM t\");"
                    : $"int M{i}() => own.QueryFirst<int>(\"SELECT a FROM t\");"
            );
        var source = $$"""
            using System.Data.Common; using Dapper;
            class Own { public T QueryFirst<T>(string text) => default!; }
            class Orders(DbConnection db, Own own)
            {
                {{string.Join("\n    ", members)}}
            }
            """;
        var compilation = CSharpCompilation.Create(
            "Project",
            [CSharpSyntaxTree.ParseText(source)],
            ReadRules.References,
            new(OutputKind.DynamicallyLinkedLibrary)
        );
        var libraries = DataLibraries.Create(compilation, new ListedMembers([]), repositoriesRead: false)!;
        var naming = new ReachingNames(
            compilation.SyntaxTrees,
            new NameKinds(compilation, libraries),
            CandidateNames.MaxLevels
        ).NamingLibrary;

        Assert.Equal(reading + other, naming.Count);
        Assert.Equal(areMostlyOthers, new LibraryCalls(new ForeignBodies(compilation), libraries).AreMostlyOthers(naming));
    }
}
