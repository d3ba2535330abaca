using System.Text.RegularExpressions;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>The product's sources keep our habits, but where <see cref="Exemptions"/> says why not.</summary>
public class HabitTests
{
    [Fact]
    public void A_file_is_short() => Keeps(SmallFiles.Lines, SmallFiles.TooLong);

    [Fact]
    public void A_line_fits_the_width() => Keeps(SmallFiles.Columns, SmallFiles.TooWide);

    [Fact]
    public void A_method_is_simple() => Keeps(Complexity.Habit, Complexity.TooHigh);

    [Fact]
    public void A_type_is_whole() => Keeps(WholeTypes.Habit, WholeTypes.Partial);

    [Fact]
    public void A_file_is_named_like_its_first_type() => Keeps(PlainPlaces.Name, PlainPlaces.OtherName);

    [Fact]
    public void A_namespace_is_the_folder() =>
        Keeps(
            PlainPlaces.Namespace,
            AllowedUses.Assemblies.SelectMany(a => Product.Files[a.Name].SelectMany(f => PlainPlaces.OtherNamespace(f, a)))
        );

    /// <summary><c>tests/run.sh AREA</c> finds the tests of a folder by their namespace.</summary>
    [Fact]
    public void A_test_is_in_the_namespace_of_its_folder()
    {
        var tests = Directory
            .GetDirectories(Repository.FullPath("tests"), "*.Tests")
            .SelectMany(project => Directory.GetFiles(project, "*Tests.cs", SearchOption.AllDirectories))
            // A consumer of the package is a project of its own.
            .Where(static test =>
                !test.Contains($"{Path.DirectorySeparatorChar}Consumers{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            )
            .ToList();
        Assert.True(tests.Count > 100, $"{tests.Count} files of tests");
        Assert.Equal([], tests.Where(test => !Regex.IsMatch(File.ReadAllText(test), $"(?m)^namespace {Regex.Escape(NamespaceOf(test))};")));

        static string NamespaceOf(string test) =>
            "MonotonicReads."
            + Path.GetRelativePath(Repository.FullPath("tests"), Path.GetDirectoryName(test)!).Replace(Path.DirectorySeparatorChar, '.');
    }

    [Fact]
    public void Each_exemption_is_of_a_habit_that_there_is() =>
        Assert.Empty(
            Exemptions
                .All.Select(e => e.Habit)
                .Except([
                    SmallFiles.Lines,
                    SmallFiles.Columns,
                    Complexity.Habit,
                    WholeTypes.Habit,
                    PlainPlaces.Name,
                    PlainPlaces.Namespace,
                    Edges.EdgeTests.NoCycle,
                    Edges.EdgeTests.UsePastTheTable,
                ])
        );

    private static void Keeps(string habit, Func<SourceFile, IEnumerable<Finding>> find) => Keeps(habit, Product.AllFiles.SelectMany(find));

    private static void Keeps(string habit, IEnumerable<Finding> findings)
    {
        var found = findings.DistinctBy(f => (f.Where, f.What)).ToList();
        var exemptions = Exemptions.From(habit);
        var faults = Exemption.Judge(found, exemptions).ToList();
        var unexcused = found.Where(f => !exemptions.Any(e => e.Excuses(f)));
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\n\nAs entries of Exemptions:\n{Exemption.Print(unexcused)}");
    }
}
