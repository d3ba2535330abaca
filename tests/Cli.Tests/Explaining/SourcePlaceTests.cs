using MonotonicReads.Cli.Explaining;

namespace MonotonicReads.Cli.Tests.Explaining;

/// <summary>Places as people and builds write them.</summary>
public class SourcePlaceTests
{
    [Theory]
    [InlineData("Orders.cs:12", "Orders.cs", 12)]
    [InlineData("src/Orders.cs:12:5", "src/Orders.cs", 12)]
    [InlineData(@"src\Orders.cs(12,5)", "src/Orders.cs", 12)]
    [InlineData("Orders.cs(12)", "Orders.cs", 12)]
    [InlineData("/a b/Orders (2).cs(12,5,12,9)", "/a b/Orders (2).cs", 12)]
    [InlineData(@"C:\src\Orders.cs:7", "C:/src/Orders.cs", 7)]
    [InlineData(@"C:\src\Orders.cs", "C:/src/Orders.cs", null)]
    [InlineData("Orders.cs", "Orders.cs", null)]
    [InlineData("Orders.cs:99999999999", "Orders.cs:99999999999", null)]
    public void Is_a_file_and_a_line(string written, string file, int? line)
    {
        var place = SourcePlace.Parse(written);

        Assert.Equal((file, line), (place.File, place.Line));
    }

    [Theory]
    [InlineData("Orders.cs", true)]
    [InlineData("Data/Orders.cs", true)]
    [InlineData("src/Data/Orders.cs", true)]
    [InlineData("./src/Data/Orders.cs", true)]
    [InlineData("../src/Data/Orders.cs", true)]
    [InlineData("/shop/src/Data/Orders.cs", true)]
    [InlineData("rders.cs", false)]
    [InlineData("Other/Orders.cs", false)]
    public void Means_a_file_by_the_end_of_its_path(string written, bool means)
    {
        Assert.Equal(means, SourcePlace.Parse(written).Means("src/Data/Orders.cs", "/shop/src/Data/Orders.cs", "/shop/tools"));
    }
}
