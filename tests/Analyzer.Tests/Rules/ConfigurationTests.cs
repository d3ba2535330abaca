using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR3001: options, once per compilation, and lines of AdditionalFiles, each on its line.</summary>
public class ConfigurationTests
{
    [Theory]
    [InlineData("monotonic_reads.routing = conection", "'conection' is no value of monotonic_reads.routing: write statement, connection")]
    [InlineData(
        "monotonic_reads.stored_procedures = no",
        "'no' is no value of monotonic_reads.stored_procedures: write by_name, read, write, primary"
    )]
    [InlineData(
        "monotonic_reads.repository_convention = yes",
        "'yes' is no value of monotonic_reads.repository_convention: write off, on, false, true"
    )]
    [InlineData(
        "monotonic_reads.rooting = connection",
        "'monotonic_reads.rooting' is no option: there are monotonic_reads.routing, monotonic_reads.stored_procedures, monotonic_reads.repository_convention, monotonic_reads.read_members, monotonic_reads.write_members, monotonic_reads.primary_members"
    )]
    [InlineData(
        "monotonic_reads.read_members = Load, Shop.Load()",
        "'Load' in monotonic_reads.read_members is no member: write a metadata name such as Shop.Data.IOrderStore.Get*, several separated by commas",
        "'Shop.Load()' in monotonic_reads.read_members is no member: write a metadata name such as Shop.Data.IOrderStore.Get*, several separated by commas"
    )]
    [InlineData(
        "monotonic_reads.write_members = Save",
        "'Save' in monotonic_reads.write_members is no member: write a metadata name such as Shop.Data.IOrderStore.Get*, several separated by commas"
    )]
    [InlineData(
        "monotonic_reads.primary_members = Shop.Main[]",
        "'Shop.Main[]' in monotonic_reads.primary_members is no member: write a metadata name such as Shop.Data.IOrderStore.Get*, several separated by commas"
    )]
    public Task An_option_that_is_not_understood(string option, params string[] messages) =>
        ReadRules.Configured<MR3001ConfigurationNotUnderstood>(
            string.Empty,
            option,
            expected: [.. messages.Select(m => new DiagnosticResult("MR3001", DiagnosticSeverity.Warning).WithMessage(m))],
            more: "class Another { }"
        );

    [Theory]
    [InlineData("monotonic_reads.routing = connection")]
    [InlineData("monotonic_reads.routing = Statement ")]
    [InlineData("monotonic_reads.stored_procedures = by_name")]
    [InlineData("monotonic_reads.repository_convention = on")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IOrders.Get*, Shop.Outer+Inner`1.Load")]
    [InlineData("monotonic_reads.write_members = ")]
    [InlineData("monotonic_reads.write_members = Shop.Data.IOrders.Save*")]
    [InlineData("monotonic_reads.primary_members = Shop.Data.*.Main")]
    [InlineData("monotonic_reads.repository_convention = false")]
    [InlineData("monotonic_reads.stored_procedures = PRIMARY")]
    [InlineData("other.routing = conection")]
    public Task An_option_that_is(string option) => ReadRules.Configured<MR3001ConfigurationNotUnderstood>(string.Empty, option);

    [Fact]
    public Task A_line_of_a_member_file() =>
        ReadRules.Configured<MR3001ConfigurationNotUnderstood>(
            string.Empty,
            files:
            [
                (
                    "MonotonicReads.Members.Shop.txt",
                    "read Shop.Orders.Get*\n# a comment\n  reed Shop.Orders.Find # and one\nShop.Orders.Find\nread Find\nread Shop.Orders.Get Shop.Orders.Find\n"
                ),
            ],
            expected:
            [
                Line("MonotonicReads.Members.Shop.txt", 3, 3, 24),
                Line("MonotonicReads.Members.Shop.txt", 4, 1, 17),
                Line("MonotonicReads.Members.Shop.txt", 5, 1, 10),
                Line("MonotonicReads.Members.Shop.txt", 6, 1, 38),
            ]
        );

    [Fact]
    public Task A_line_of_a_baseline() =>
        ReadRules.Configured<MR3001ConfigurationNotUnderstood>(
            string.Empty,
            files:
            [
                (
                    "MonotonicReads.Baseline.txt",
                    "MR1001 M:Shop.Orders.Get(System.Int32)\nMR2001 M:Shop.Orders.Get\nMR1001\nMR1002 Shop.Orders.Get\n"
                ),
            ],
            expected:
            [
                Line("MonotonicReads.Baseline.txt", 2, 1, 25),
                Line("MonotonicReads.Baseline.txt", 3, 1, 7),
                Line("MonotonicReads.Baseline.txt", 4, 1, 23),
            ]
        );

    private static DiagnosticResult Line(string file, int line, int start, int end) =>
        new DiagnosticResult("MR3001", DiagnosticSeverity.Warning).WithSpan(file, line, start, line, end);
}
