using System.Xml.Linq;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.Drawing;
using MonotonicReads.Consistency.History;
using MonotonicReads.Consistency.Tests.Checking;

namespace MonotonicReads.Consistency.Tests.Drawing;

/// <summary>A violation can be read, and seen.</summary>
public sealed class TimelineTests
{
    [Fact]
    public void A_violation_is_told_with_servers_positions_and_times_and_drawn()
    {
        var violation = new Story().Line(9).Session().Read(1_000_000, 2_000_000, 7).Read(3_500_000, 4_000_000, 5).Breaks(Promise.Monotonic);
        var path = Path.Combine(Path.GetTempPath(), $"timeline-{Guid.NewGuid():N}.svg");
        try
        {
            var told = Timeline.Tell(violation, path);
            Assert.Contains("read on n1: number 7, tag 7", told, StringComparison.Ordinal);
            Assert.Contains("3.500 ms to 4.000: source 1, ", told, StringComparison.Ordinal);
            var boxes = XDocument.Load(path).Descendants().Where(element => element.Name.LocalName == "rect").Skip(1).ToList();
            Assert.Equal(violation.Entries.Count, boxes.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void One_without_entries_is_drawn_too() => XDocument.Parse(Timeline.Draw(new(Promise.WrittenOnce, "a <b> & c", [])));

    [Fact]
    public void A_line_of_the_history_says_what_an_entry_has_and_no_more() =>
        Assert.Equal(
            """{"kind":"Write","session":3,"begin":5,"end":9,"via":"dapper","tag":7,"acknowledged":true}""",
            HistoryFile.LineOf(
                new()
                {
                    Kind = EntryKind.Write,
                    Session = 3,
                    Begin = 5,
                    End = 9,
                    Tag = 7,
                    IsAcknowledged = true,
                    Via = "dapper",
                }
            )
        );
}
