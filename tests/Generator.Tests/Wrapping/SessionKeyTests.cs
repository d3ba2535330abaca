using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

public class SessionKeyTests
{
    [Theory]
    [InlineData("id", "SessionKey.Format(id)")]
    [InlineData("order.Id", "SessionKey.Format(order.Id)")]
    [InlineData("order.Customer.Code", "SessionKey.Format(order.Customer?.Code)")]
    [InlineData("maybe", "SessionKey.Format(maybe)")]
    [InlineData("when", "SessionKey.Format(when)")]
    [InlineData("key", "SessionKey.Format(key)")]
    [InlineData("order", "SessionKey.Format(order)")]
    public void A_key_names_a_parameter_or_a_path(string key, string expected)
    {
        var run = GeneratorRun.Of(Source(key)).AssertAllWrapped();
        Assert.Contains(expected, run.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "starts with no parameter")]
    [InlineData("order.Missing", "has no readable property 'Missing'")]
    [InlineData("order.Secret", "has no readable property 'Secret'")]
    [InlineData("", "starts with no parameter")]
    [InlineData("list", "has no text that tells one value from another")]
    [InlineData("result", "names an out parameter")]
    public void A_key_that_names_nothing_usable_is_reported(string key, string why)
    {
        var run = GeneratorRun.Of(Source(key));
        var reported = Assert.Single(run.AssertSound());
        Assert.Contains(why, reported.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Contains("=> _inner.Get<TKey>(", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_interface_may_name_the_parameter_differently()
    {
        var run = GeneratorRun
            .Of(
                """
                using MonotonicReads;
                namespace Shop;
                public interface IOrders { int Get(int page, System.Guid buyer); }
                public class Repo : IOrders { [Monotonic(Key = "customerId")] public int Get(int page, System.Guid customerId) => 1; }
                """
            )
            .AssertAllWrapped();
        Assert.Contains("SessionKey.Format(buyer)", run.Text, StringComparison.Ordinal);
    }

    private static string Source(string key) =>
        $$"""
            using System;
            using System.Collections.Generic;
            using MonotonicReads;
            namespace Shop;
            public class Customer { public string Code => ""; }
            public record Order(int Id, Customer? Customer) { private int Secret => 1; }
            public interface IOrders { int Get<TKey>(int id, Order order, int? maybe, DateTime when, List<int> list, TKey key, out int result); }
            public class Repo : IOrders
            {
                [Monotonic(Key = "{{key}}")] public int Get<TKey>(int id, Order order, int? maybe, DateTime when, List<int> list, TKey key, out int result) => result = 1;
            }
            """;
}
