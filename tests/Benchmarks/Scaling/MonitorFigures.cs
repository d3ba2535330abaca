namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>How much the monitors of many instances ask each server: the cost of a look is measured, how often they look is simulated.</summary>
internal static class MonitorFigures
{
    public static async Task<ScalingTable> RunAsync()
    {
        var (primary, replica) = await MeasuredLook.RunAsync();

        // To what the note tells, so that the rows can be made again from it.
        var (ofPrimary, ofReplica) = (Math.Round(primary.Questions, 1), Math.Round(replica.Questions, 1));
        return new ScalingTable(
            "monitor",
            [
                "instances",
                "looks a second, no bound",
                "questions a second, primary / replica",
                "looks a second, bound 100",
                "questions a second, primary / replica",
                "seen down after, middle / longest",
                "busiest second, looks",
            ],
            MonitorRows.Of(ofPrimary, ofReplica)
        )
        {
            Note =
                $"A look asks a MariaDB primary {MonitorRows.Text(ofPrimary)} questions and a replica {MonitorRows.Text(ofReplica)}, by the "
                + $"servers' own count, and takes {MonitorRows.Text(primary.Processor.TotalMicroseconds)} and "
                + $"{MonitorRows.Text(replica.Processor.TotalMicroseconds)} µs of a processor there.",
            Plots = new Dictionary<string, LinePlot> { [MonitorPlot.File] = MonitorPlot.Make() },
        };
    }
}
