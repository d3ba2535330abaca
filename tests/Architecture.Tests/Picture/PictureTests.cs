using System.Xml.Linq;
using MonotonicReads.Architecture.Tests.Edges;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Picture;

/// <summary>The picture in docs/ is what the tables make: with MONOTONIC_READS_WRITE_DOCS=1 in the environment this test draws it.</summary>
public class PictureTests
{
    [Fact]
    public void The_picture_is_what_the_tables_make()
    {
        var path = Repository.FullPath(ArchitecturePicture.Path);
        var drawn = ArchitecturePicture.Write(EdgeTests.Table("Generator"), EdgeTests.Table("Runtime"));
        if (Repository.WritesDocs)
        {
            File.WriteAllText(path, drawn);
        }

        Assert.Equal(drawn, File.ReadAllText(path), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Another_table_makes_another_picture() =>
        Assert.NotEqual(
            ArchitecturePicture.Write(RoomTable.Parse("A -> B\nB -> nothing"), RoomTable.Parse("C -> nothing")),
            ArchitecturePicture.Write(RoomTable.Parse("A -> nothing\nB -> nothing"), RoomTable.Parse("C -> nothing"))
        );

    [Fact]
    public void Each_room_on_a_way_is_one_of_the_table()
    {
        Assert.Empty(Missing(EdgeTests.Table("Generator"), [.. DataWays.FromSourceToFinding, .. DataWays.FromAnnotationToWrapper]));
        Assert.Empty(Missing(EdgeTests.Table("Runtime"), DataWays.FromCallToServer));
        Assert.Equal(
            ["Gone"],
            Missing(RoomTable.Parse("A -> nothing"), [new("A", ""), new("Gone", ""), new("your call", "", IsOutside: true)])
        );

        static IEnumerable<string> Missing(RoomTable table, IEnumerable<Step> way) =>
            way.Where(s => !s.IsOutside && !table.Rooms.Any(s.IsThrough)).Select(s => s.Name);
    }

    [Fact]
    public void Each_room_is_drawn_once_and_none_over_another()
    {
        foreach (var table in AllowedUses.Assemblies.Select(a => RoomTable.Parse(a.Uses)))
        {
            var width = RoomPlan.NeededWidth(table);
            var boxes = new RoomPlan(table, width).Boxes.ToList();
            Assert.Equal(table.Rooms.Order(StringComparer.Ordinal), boxes.Select(b => b.Room).Order(StringComparer.Ordinal));
            Assert.All(boxes, b => Assert.True(b.X > -0.01 && b.X + b.Width < width + 0.01));
            foreach (var (first, i) in boxes.Select((b, i) => (b, i)))
            {
                Assert.DoesNotContain(
                    boxes.Skip(i + 1),
                    b => b.Y == first.Y && b.X < first.X + first.Width - 0.01 && first.X < b.X + b.Width - 0.01
                );
            }
        }
    }

    [Fact]
    public void A_line_is_left_out_that_follows_from_others()
    {
        Assert.Equal(2, new RoomPlan(RoomTable.Parse("A -> B, C\nB -> C\nC -> nothing"), 500).Lines.Count());
        Assert.Equal(3, new RoomPlan(RoomTable.Parse("A -> B, C, D\nB -> D\nC -> nothing\nD -> nothing"), 500).Lines.Count());
        // Of two rooms that use each other neither hides what the other uses.
        Assert.Equal(2, new RoomPlan(RoomTable.Parse("A -> B, C\nB -> A, C\nC -> nothing"), 500).Lines.Count());
    }

    [Fact]
    public void What_is_written_is_xml() =>
        Assert.Equal(
            "svg",
            XDocument.Parse(ArchitecturePicture.Write(EdgeTests.Table("Generator"), EdgeTests.Table("Runtime"))).Root!.Name.LocalName
        );
}
