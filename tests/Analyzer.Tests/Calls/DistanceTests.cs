namespace MonotonicReads.Analyzer.Tests.Calls;

/// <summary>How far down a write may lie: what a body comes to for certain is nearer than what it only sometimes comes to.</summary>
public class DistanceTests
{
    [Theory]
    [InlineData(6)]
    [InlineData(3)]
    public Task Bodies_that_check_note_and_map_lead_to_the_write(int depth) =>
        Check("{|MR1003:M|}", depth, level => $"note.Add({level}); if (id < 0) throw new ArgumentException(); {{0}} note.Clear();");

    [Fact]
    public Task Nor_do_handlers_and_usings_around_it_matter() =>
        Check("{|MR1003:M|}", 5, _ => "note.Add(1); try { {0} } catch (FormatException) { note.Clear(); throw; }");

    [Fact]
    public Task Four_bodies_that_choose_are_too_many() => Check("M", 4, _ => "note.Add(1); if (id > 7) { {0} }");

    [Fact]
    public Task Three_are_not() => Check("{|MR1003:M|}", 3, _ => "note.Add(1); if (id > 7) { {0} }");

    private static Task Check(string name, int depth, Func<int, string> body) =>
        ReadRules.Members(
            $$"""
                private readonly List<int> note = new();
                public int {{name}}(int id) { L{{depth}}(id); return db.QueryFirst<int>("SELECT a FROM t"); }
                private void L0(int id) => db.Execute("UPDATE t SET a = 1");
            """
                + string.Concat(
                    Enumerable
                        .Range(1, depth)
                        .Select(level =>
                            $"private void L{level}(int id) {{ "
                            + body(level).Replace("{0}", $"L{level - 1}(id);", StringComparison.Ordinal)
                            + " }\n"
                        )
                )
        );
}
