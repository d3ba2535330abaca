namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>What runs for each element of a list, and what stops at the first one.</summary>
public class ElementTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";

    [Theory]
    [InlineData("_ = (from id in ids select " + A + ").ToList();")]
    [InlineData("_ = (from id in ids where " + A + " > id select id).ToList();")]
    [InlineData("_ = (from id in ids let a = " + A + " select a + id).ToList();")]
    [InlineData("_ = (from id in ids orderby " + A + " select id).ToList();")]
    [InlineData("_ = (from id in ids group id by " + A + " into g select g.Key).ToList();")]
    [InlineData("_ = (from id in ids from o in new[] { " + A + " } select o).ToList();")]
    [InlineData("_ = (from id in ids join o in ids on id equals " + A + " select o).ToList();")]
    [InlineData("_ = ids.Sum(id => " + A + ");")]
    [InlineData("_ = ids.Select(id => " + A + ").First(a => a > 1);")]
    [InlineData("_ = ids.Where(id => " + A + " > 1).First();")]
    [InlineData("_ = ids.Select(id => " + A + ").Single();")]
    [InlineData("_ = ids.Select(id => " + A + ").All(a => a > 1);")]
    [InlineData("_ = ids.Select(id => " + A + ").Any(a => a > 1);")]
    [InlineData("_ = ids.Select(id => " + A + ").Take(2).ToList();")]
    [InlineData("_ = ids.Select(id => " + A + ").ElementAt(1);")]
    [InlineData("_ = ids.Select(id => " + A + ").DefaultIfEmpty().Max();")]
    [InlineData("_ = ids.Zip(ids, (a, b) => " + A + ").Sum();")]
    [InlineData("_ = ids.Select(id => " + A + ").Where(a => a > 1).First();")]
    [InlineData("_ = ids.Select(id => " + A + ").Last();")]
    [InlineData("Func<object> f = cmd.ExecuteScalar; f(); f();")]
    [InlineData("Times(cmd.ExecuteScalar);")]
    public Task A_read_for_each_meets_itself(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("_ = (from id in db.Query<int>(\"SELECT a FROM t\") where id > 1 select id).ToList();")]
    [InlineData("_ = ids.Select(id => " + A + ").FirstOrDefault();")]
    [InlineData("_ = ids.Select(id => " + A + ").First();")]
    [InlineData("_ = ids.Select(id => " + A + ").Any();")]
    [InlineData("_ = ids.Select(id => " + A + ").Take(1).ToList();")]
    [InlineData("_ = ids.Select(id => " + A + ").ElementAt(0);")]
    [InlineData("_ = ids.Select(id => " + A + ").DefaultIfEmpty().First();")]
    [InlineData("_ = ids.Zip(ids, (a, b) => " + A + ").First();")]
    [InlineData("_ = ids.Select(id => " + A + ").Select(a => a + 1).First();")]
    [InlineData("Func<object> f = cmd.ExecuteScalar; f();")]
    [InlineData("Func<int> f = cmd.ExecuteNonQuery; f(); f();")]
    public Task One_of_one_element_does_not(string body) => Check("M", body);

    [Theory]
    [InlineData("_ = (from id in ids where Price(id) < 10 select id).ToList();")]
    [InlineData("_ = (from id in ids select Price(id)).Sum();")]
    [InlineData("_ = ids.Select(Price).ToList();")]
    [InlineData("_ = ids.Sum(Price);")]
    [InlineData("_ = ids.Aggregate(Add);")]
    [InlineData("_ = ids.OrderBy(Price).First();")]
    [InlineData("_ = ids.Select(Price).First(p => p > 1);")]
    public Task Nor_does_a_call_for_each(string body) => Check("{|MR1002:M|}", body);

    [Theory]
    [InlineData("_ = ids.Select(Price).First();")]
    [InlineData("_ = ids.Select(Price).Take(1).Sum();")]
    [InlineData("_ = (from id in ids select Price(id)).First();")]
    public Task A_call_of_one_element_is_one(string body) => Check("M", body);

    [Theory]
    [InlineData("sql.Append($\"DELETE FROM t WHERE a = {ids[0]}\"); Query(sql.ToString()); Query(\"SELECT a FROM t\");", "{|MR1003:M|}")]
    [InlineData("sql.Append($\"SELECT a FROM t WHERE a = {ids[0]}\"); Query(sql.ToString());", "M")]
    [InlineData(
        "sql.Append(\"WHERE a = 1\").Insert(0, \"DELETE FROM t \"); Query(sql.ToString()); Query(\"SELECT a FROM t\");",
        "{|MR1003:M|}"
    )]
    [InlineData(
        "sql.Append(\"WHERE a = 1\").Insert(0, \"SELECT a FROM t \"); Query(sql.ToString()); Query(\"SELECT a FROM t\");",
        "{|MR1001:M|}"
    )]
    [InlineData(
        "var s = \"\"; s = ids.Length > 1 ? \"DELETE FROM t\" : \"DELETE FROM u\"; Query(s); Query(\"SELECT a FROM t\");",
        "{|MR1003:M|}"
    )]
    [InlineData("var s = \"DELETE FROM t\"; s = ids.Length > 1 ? \"SELECT a FROM t\" : \"SELECT a FROM u\"; Query(s);", "M")]
    [InlineData(
        "sql.AppendLine(CultureInfo.InvariantCulture, $\"UPDATE t SET a = {ids[0]}\"); Query(sql.ToString()); Query(\"SELECT a FROM t\");",
        "{|MR1003:M|}"
    )]
    [InlineData(
        "var text = string.Create(CultureInfo.InvariantCulture, $\"DELETE FROM t WHERE a = {ids[0]}\"); Query(text); Query(\"SELECT a FROM t\");",
        "{|MR1003:M|}"
    )]
    public Task An_appended_text_is_one(string body, string name) =>
        Check(name, "var sql = new StringBuilder(); " + body.Replace("Query(", "db.Query(", StringComparison.Ordinal));

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                public void {{name}}(int[] ids)
                {
                    {{body}}
                }

                private int Price(int id) => {{A}};
                private int Add(int sum, int id) => sum + Price(id);
                private static void Times(Func<object> read) { read(); read(); }
            """
        );
}
