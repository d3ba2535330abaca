using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>Each habit's rule, seen to catch what it is for, and to leave what is next to it.</summary>
public class HabitRulesTests
{
    [Theory]
    [InlineData(350, false)]
    [InlineData(351, true)]
    public void A_long_file_is_found(int lines, bool found)
    {
        var file = File("A.cs", string.Concat(Enumerable.Repeat("// line\n", lines)));
        Assert.Equal(found ? [lines] : [], SmallFiles.TooLong(file).Select(f => f.Amount));
        Assert.Equal(found, SmallFiles.TooLong(File("A.cs", file.Tree.GetText().ToString().TrimEnd('\n'))).Any());
    }

    [Theory]
    [InlineData(140, false)]
    [InlineData(141, true)]
    public void A_wide_line_is_found(int columns, bool found)
    {
        var wide = "//" + new string('x', columns - 2);
        var finding = SmallFiles.TooWide(File("A.cs", $"// short\n{wide}\r\n{wide}")).SingleOrDefault();
        Assert.Equal(found ? $"lines wider than 140: 2 ({columns}), 3 ({columns})" : null, finding?.What);
        Assert.Equal(found ? 2 : null, finding?.Amount);
    }

    [Theory]
    [InlineData("if (a) { }", 2)]
    [InlineData("if (a) { } else if (b) { }", 3)]
    [InlineData("while (a) { } do { } while (b);", 3)]
    [InlineData("for (;;) { } foreach (var x in y) { } foreach (var (p, q) in y) { }", 4)]
    [InlineData("switch (n) { case 1: case > 2: break; default: break; }", 3)]
    [InlineData("return n switch { 1 => 2, > 2 => 3, _ => 4 };", 3)]
    [InlineData("try { } catch (E) { } catch { } finally { }", 3)]
    [InlineData("return a && b || c ? x ?? y : z;", 5)]
    [InlineData("return list.Select(x => x ? 1 : 2);", 2)]
    [InlineData("return Local(); int Local() => a ? 1 : 2;", 1)]
    [InlineData("return a is 1 or 2 and not 3; b ??= c; d?.E();", 1)]
    public void What_parts_the_path_is_counted(string body, int complexity)
    {
        var method = File("A.cs", $"class A {{ int M() {{ {body} }} }}")
            .Root.DescendantNodes()
            .First(n => n is Microsoft.CodeAnalysis.CSharp.Syntax.MethodDeclarationSyntax);
        Assert.Equal(complexity, Complexity.Of(method));
    }

    [Theory]
    [InlineData("void M() { BODY }", "M")]
    [InlineData("A() { BODY }", "new A")]
    [InlineData("void M() { Local(); void Local() { BODY } }", "Local")]
    [InlineData("int P { get { BODY } }", "P.get")]
    [InlineData("int P => EXPRESSION;", "P")]
    [InlineData("int this[int n] => EXPRESSION;", "this[]")]
    [InlineData("event E P { add { BODY } remove { } }", "P.add")]
    [InlineData("public static A operator +(A a, A b) { BODY }", "operator +")]
    public void A_complex_method_is_found(string member, string name)
    {
        Assert.Equal([$"src/Own/Room/A.cs#{name}"], Found(15));
        Assert.Empty(Found(14));

        IEnumerable<string> Found(int branches)
        {
            var text = member
                .Replace("BODY", string.Concat(Enumerable.Repeat("if (a) { } ", branches)), StringComparison.Ordinal)
                .Replace("EXPRESSION", string.Concat(Enumerable.Repeat("a ? 1 : ", branches)) + "2", StringComparison.Ordinal);
            return Complexity.TooHigh(File("A.cs", $"class A {{ {text} }}")).Select(f => f.Where);
        }
    }

    [Theory]
    [InlineData("partial class A;", "A is partial")]
    [InlineData("partial record struct A;", "A is partial")]
    [InlineData("partial interface A;", "A is partial")]
    [InlineData("class A { partial struct B; }", "B is partial")]
    [InlineData("partial class A { [LoggerMessage(1)] void M() { } }", "A is partial")]
    [InlineData("partial class A { [Obsolete] partial void M(); }", "A is partial")]
    [InlineData("class A;", null)]
    [InlineData("static partial class A { [LoggerMessage(1)] static partial void M(); }", null)]
    [InlineData("partial class A { [GeneratedRegex(\"a\")] private static partial Regex M(); }", null)]
    [InlineData("partial class A { partial class B { [GeneratedRegex(\"a\")] private static partial Regex M { get; } } }", null)]
    public void A_partial_type_is_found(string text, string? what) =>
        Assert.Equal(what is null ? [] : [what], WholeTypes.Partial(File("A.cs", text)).Select(f => f.What));

    [Theory]
    [InlineData("A.cs", "namespace N; class A; class B;", null)]
    [InlineData("A.cs", "using System; [assembly: CLSCompliant(false)]", null)]
    [InlineData("A.cs", "namespace N { public delegate void A(); }", null)]
    [InlineData("A.cs", "class A<T>;", null)]
    [InlineData("B.cs", "namespace N; class A; class B;", "its first type is A")]
    [InlineData("A.More.cs", "class A;", "its first type is A")]
    [InlineData("B.cs", "namespace N { enum A; }", "its first type is A")]
    public void A_file_with_another_name_is_found(string name, string text, string? what) =>
        Assert.Equal(what is null ? [] : [what], PlainPlaces.OtherName(File(name, text)).Select(f => f.What));

    [Theory]
    [InlineData("namespace Own.Room; class A; enum B;", false, null)]
    [InlineData("namespace Own { namespace Room { class A; } }", false, null)]
    [InlineData("namespace Own; class A;", false, "A is in Own, not in Own.Room")]
    [InlineData("class A;", false, "A is in , not in Own.Room")]
    [InlineData("namespace Own.Room; public class A;", false, null)]
    [InlineData("namespace Own; public class A;", true, null)]
    [InlineData("namespace Own.Room; public class A;", true, "A is in Own.Room, not in Own")]
    [InlineData("namespace Own; internal class A;", true, "A is in Own, not in Own.Room")]
    public void A_type_in_another_namespace_is_found(string text, bool publicAtTheRoot, string? what)
    {
        var own = new Assembly("src/Own", "Own", "", PublicTypesAtTheRoot: publicAtTheRoot);
        Assert.Equal(what is null ? [] : [what], PlainPlaces.OtherNamespace(File("A.cs", text), own).Select(f => f.What));
    }

    [Fact]
    public void What_is_shared_has_a_namespace_of_its_own()
    {
        var own = new Assembly("src/Own", "Own", "");
        var text = $"namespace {AllowedUses.SharedNamespace}.Sql; class A;";
        var file = SourceFile.Parse("src/Shared/Sql/A.cs", "src/Shared", text, Assembly.SharedPrefix);
        Assert.Equal("Shared/Sql", file.Room);
        Assert.Empty(PlainPlaces.OtherNamespace(file, own));
        var elsewhere = SourceFile.Parse("src/Shared/Sql/A.cs", "src/Shared", "namespace Own.Sql; class A;", Assembly.SharedPrefix);
        Assert.Single(PlainPlaces.OtherNamespace(elsewhere, own));
    }

    [Fact]
    public void An_exemption_excuses_its_place_and_no_more()
    {
        Finding[] found = [new("lines", "a.cs", 400, "400 lines"), new("lines", "b.cs", 500, "500 lines")];
        Assert.Equal(["lines: b.cs: 500 lines"], Exemption.Judge(found, [new("lines", "a.cs", 400, "Why.")]));
        Assert.Equal(["lines: a.cs: 400 lines", "lines: b.cs: 500 lines"], Exemption.Judge(found, [new("lines", "a.cs", 399, "Why.")]));
        Assert.Empty(Exemption.Judge(found, [new("lines", "*", 500, "Why.")]));
    }

    [Theory]
    [InlineData("lines", "gone.cs", "Why.", "the exemption of gone.cs from 'lines' is needless")]
    [InlineData("lines", "gone/*", "Why.", "the exemption of gone/* from 'lines' is needless")]
    [InlineData("width", "a.cs", "Why.", "the exemption of a.cs from 'width' is needless")]
    [InlineData("lines", "a.cs", " ", "the exemption of a.cs has no reason")]
    public void A_needless_exemption_is_found(string habit, string where, string reason, string fault)
    {
        Finding[] found = [new("lines", "a.cs", 400, "400 lines")];
        Assert.Equal([fault], Exemption.Judge(found, [new("lines", "a.cs", 400, "Why."), new(habit, where, 400, reason)]));
    }

    private static SourceFile File(string name, string text) => SourceFile.Parse("src/Own/Room/" + name, "src/Own", text);
}
