using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Benchmarks.Reading;

Console.WriteLine("selection ...");
var figures = SelectionFigures.Measure().ToList();
Console.WriteLine("wrapper ...");
figures.AddRange(WrapperFigures.Measure());
Console.WriteLine("pinned read on a MariaDB cluster ...");
figures.AddRange(await PinnedReadMeasurement.RunAsync());
FigureTable.Print(figures);
