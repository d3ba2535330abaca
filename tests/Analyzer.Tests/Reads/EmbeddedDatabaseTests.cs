using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>A database in the process is one file: it has no replicas. Its provider is known by its assembly.</summary>
public class EmbeddedDatabaseTests
{
    [Theory]
    [InlineData("Microsoft.Data.Sqlite", "M", "W")]
    [InlineData("System.Data.SQLite", "M", "W")]
    [InlineData("Some.Other.Provider", "{|MR1001:M|}", "{|MR1003:W|}")]
    public Task Reads_of_one_do_not_meet(string assembly, string reads, string write)
    {
        var provider = CSharpCompilation.Create(
            assembly,
            [
                CSharpSyntaxTree.ParseText(
                    "public abstract class FileConnection : System.Data.Common.DbConnection { } public abstract class FileCommand : System.Data.Common.DbCommand { }"
                ),
            ],
            ReadRules.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        );
        using var image = new MemoryStream();
        Assert.True(provider.Emit(image).Success);
        return ReadRules.Against(
            ReadRules.References.Add(MetadataReference.CreateFromImage(image.ToArray(), filePath: assembly + ".dll")),
            $$"""
            using Dapper;

            public class Orders(FileConnection db, FileCommand command)
            {
                public void {{reads}}() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); command.ExecuteScalar(); command.ExecuteReader(System.Data.CommandBehavior.Default); command.ExecuteReader(System.Data.CommandBehavior.Default); }
                public void {{write}}() { db.Execute("DELETE FROM t"); db.Query("SELECT a FROM t"); }
            }
            """
        );
    }
}
