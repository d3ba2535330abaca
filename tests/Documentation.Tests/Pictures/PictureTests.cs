using System.Xml.Linq;

namespace MonotonicReads.Documentation.Tests.Pictures;

/// <summary>The pictures in docs/images are what the scenes make: with MONOTONIC_READS_WRITE_DOCS=1 in the environment this draws them.</summary>
public sealed class PictureTests
{
    public static TheoryData<string> Names => [.. Pictures.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_picture_is_what_its_scenes_make(string name)
    {
        var path = Path.Combine(Page.Root, "docs/images", name);
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Pictures.All[name]);
        }

        Assert.Equal(Pictures.All[name], File.ReadAllText(path), ignoreLineEndingDifferences: true);
        Assert.Equal("svg", XDocument.Parse(Pictures.All[name]).Root!.Name.LocalName);
    }
}
