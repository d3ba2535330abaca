using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>Whatever is done with the wrapper comes to what it comes to with the driver alone, on each way to the servers.</summary>
public sealed class ConformanceTests(ConformanceFixture fixture, ITestOutputHelper output) : IClassFixture<ConformanceFixture>
{
    public static TheoryData<string> Behaviours { get; } = new(BehaviourList.All.Select(behaviour => behaviour.ToString()));

    [Theory]
    [MemberData(nameof(Behaviours))]
    public async Task The_wrapper_behaves_like_the_driver(string name)
    {
        var behaviour = BehaviourList.All.Single(behaviour => behaviour.ToString() == name);
        var differences = new StringBuilder();
        foreach (var way in behaviour.Ways)
        {
            var drivers = (await fixture.OutcomeAsync(behaviour, way, fixture.Bare))!;
            foreach (var subject in fixture.Subjects)
            {
                var expected = behaviour.ExpectedOf(subject, drivers);
                if (await fixture.OutcomeAsync(behaviour, way, subject) is { } outcome && outcome != expected)
                {
                    differences.AppendLine(CultureInfo.InvariantCulture, $"{subject} ({way}): {outcome}, and should be {expected}");
                }
            }
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }

    [Fact]
    public void Names_are_unique() =>
        Assert.Equal(BehaviourList.All.Count, BehaviourList.All.Select(behaviour => behaviour.ToString()).Distinct().Count());

    [Fact]
    public async Task The_table()
    {
        output.WriteLine($"{"", -26}{"as documented", 16}{"as the driver", 16}{"on purpose not", 16}");
        foreach (var subject in fixture.Subjects)
        {
            var (total, documented, same, differing) = (0, 0, 0, 0);
            foreach (var behaviour in BehaviourList.All)
            {
                foreach (var way in behaviour.Ways)
                {
                    if (await fixture.OutcomeAsync(behaviour, way, subject) is not { } outcome)
                    {
                        continue;
                    }

                    var drivers = (await fixture.OutcomeAsync(behaviour, way, fixture.Bare))!;
                    total++;
                    documented += outcome == behaviour.Expected ? 1 : 0;
                    same += outcome == drivers ? 1 : 0;
                    var isOnPurpose = outcome != drivers && outcome == behaviour.ExpectedOf(subject, drivers);
                    differing += isOnPurpose ? 1 : 0;
                    if (ReferenceEquals(subject, fixture.Bare) && outcome != behaviour.Expected)
                    {
                        output.WriteLine($"  the driver ({way}), {behaviour}: {outcome}, documented {behaviour.Expected}");
                    }
                }
            }

            output.WriteLine($"{subject, -26}{documented, 8} of {total, 4}{same, 8} of {total, 4}{differing, 16}");
            Assert.Equal(total, same + differing);
        }

        // When they are disposed of nobody reads what has failed.
        Assert.Empty(fixture.RelayFaults);
    }
}
