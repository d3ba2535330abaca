using MonotonicReads.Benchmarks.Analysis;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Benchmarks.Reading;

if (args is ["keystroke"])
{
    FigureTable.Print([.. await KeystrokeFigures.MeasureAsync()]);
    return;
}

Console.WriteLine("selection ...");
var figures = SelectionFigures.Measure().ToList();
Console.WriteLine("wrapper ...");
figures.AddRange(WrapperFigures.Measure());
Console.WriteLine("keystroke ...");
figures.AddRange(await KeystrokeFigures.MeasureAsync());
Console.WriteLine("pinned read on a MariaDB cluster ...");
figures.AddRange(await PinnedReadMeasurement.RunAsync());
FigureTable.Print(figures);
